import type { Container } from '#api/core/pod/spec/container.ts'
import type { ContainerState, ContainerStatus } from '#api/core/pod/status/container-status.ts'
import { since } from '#api/table/human-duration.ts'
import { findCondition, hasCondition, isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import type { Pod } from './message.ts'

interface Summary {
  readonly ready: string
  readonly status: string
  readonly restarts: string
}

interface Restarts {
  readonly count: number
  readonly last: string
}

/** READY, STATUS and RESTARTS of a pod: what its containers, from the first that is in trouble on, say about it. */
export const summarizePod = (pod: Pod, now: number): Summary => {
  const spec = pod.spec ?? {}
  const status = pod.status ?? {}
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name))
  const initStatuses = status.initContainerStatuses ?? []
  const statuses = status.containerStatuses ?? []
  const trouble = initTrouble(pod, sidecars)
  const initialized = hasCondition(pod, 'Initialized')
  let ready = initStatuses.filter(
    (entry, index) => index < trouble.at && sidecars.has(entry.name) && entry.ready && entry.started,
  ).length
  let reason: string = status.reason || status.phase || ''
  const gated = findCondition(status.conditions, 'PodScheduled')?.reason === 'SchedulingGated'
  if (gated) reason = 'SchedulingGated'
  if (trouble.reason !== undefined) reason = trouble.reason
  let restarts = restartsOf(initStatuses.slice(0, trouble.at + 1))
  if (trouble.reason === undefined || initialized) {
    restarts = restartsOf([...initStatuses.filter(({ name }) => sidecars.has(name)), ...statuses])
    let running = false
    for (const container of statuses.toReversed()) {
      const word = stateReason(container.state ?? {})
      if (word !== undefined) reason = word
      else if (container.ready && container.state?.running !== undefined) {
        running = true
        ready++
      }
    }
    if (reason === 'Completed' && running) {
      reason = isReady(pod) ? 'Running' : 'NotReady'
    }
  }
  if (isLeaving(pod)) {
    if (status.reason === 'NodeLost') reason = 'Unknown'
    else if (!isTerminal(pod)) reason = 'Terminating'
  }
  const ago = restarts.count > 0 && restarts.last !== '' ? ` (${since(restarts.last, now)} ago)` : ''
  return {
    ready: `${ready}/${(spec.containers ?? []).length + sidecars.size}`,
    status: reason,
    restarts: `${restarts.count}${ago}`,
  }
}

const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always'

/** The first init container that is not done, its place and the word for it; none: the place is past the last. */
const initTrouble = (
  pod: Pod,
  sidecars: ReadonlySet<string>,
): { readonly at: number; readonly reason: string | undefined } => {
  const statuses = pod.status?.initContainerStatuses ?? []
  for (const [at, container] of statuses.entries()) {
    const { terminated, waiting } = container.state ?? {}
    if (terminated !== undefined && (terminated.exitCode ?? 0) === 0) continue
    if (sidecars.has(container.name) && container.started === true) continue
    if (terminated !== undefined) return { at, reason: `Init:${terminatedReason(terminated)}` }
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return { at, reason: `Init:${waiting.reason}` }
    return { at, reason: `Init:${at}/${(pod.spec?.initContainers ?? []).length}` }
  }
  return { at: statuses.length, reason: undefined }
}

const terminatedReason = (state: NonNullable<ContainerState['terminated']>): string =>
  state.reason || (state.signal ? `Signal:${state.signal}` : `ExitCode:${state.exitCode ?? 0}`)

const stateReason = ({ waiting, terminated }: ContainerState): string | undefined => {
  if (waiting?.reason) return waiting.reason
  return terminated === undefined ? undefined : terminatedReason(terminated)
}

const restartsOf = (statuses: readonly ContainerStatus[]): Restarts => {
  let count = 0
  let last = ''
  for (const status of statuses) {
    count += status.restartCount ?? 0
    const finished = status.lastState?.terminated?.finishedAt ?? ''
    if (finished !== '' && (last === '' || Date.parse(finished) > Date.parse(last))) last = finished
  }
  return { count, last }
}
