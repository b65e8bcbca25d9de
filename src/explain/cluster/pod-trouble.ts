import type { Event } from '#api/core/event/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { findCondition, hasCondition, isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import type { Trouble } from '../trace/trouble.ts'
import type { ClusterFacts } from './facts.ts'
import { find } from './lookup.ts'
import { silenceOf } from './node-condition.ts'
import { unplacedOf } from './unplaced.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/**
 * The first thing that keeps a pod from being ready; undefined where it is. Read from its conditions, its containers'
 * states and its Events.
 */
export function troubleOf(facts: ClusterFacts, pod: Pod): Trouble | undefined {
  if (isTerminal(pod)) return { kind: 'ended', phase: pod.status?.phase ?? '' }
  if (isReady(pod)) return isLeaving(pod) ? { kind: 'leaving', ready: true } : undefined
  const conditions = pod.status?.conditions
  const scheduled = findCondition(conditions, 'PodScheduled')
  if (scheduled?.status === 'False' || !pod.spec?.nodeName) {
    const message = scheduled?.status === 'False' ? scheduled.message : undefined
    return { kind: 'unscheduled', why: unplacedOf(facts, pod), ...(message && { message }) }
  }
  // What its status says is what its node said last: while that is silent, nothing of it is known.
  const node = find(facts.nodes, pod.spec.nodeName)
  const silence = node && silenceOf(node)
  if (silence !== undefined) return { kind: 'node', node: pod.spec.nodeName, silence }
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  for (const status of statuses) {
    const trouble = containerTrouble(facts, pod, status)
    if (trouble !== undefined) return trouble
  }
  if (isLeaving(pod)) return { kind: 'leaving', ready: false }
  const unready = (pod.status?.containerStatuses ?? []).find(({ ready }) => !ready)
  if (unready !== undefined) return unreadyTrouble(facts, pod, unready)
  for (const { conditionType } of pod.spec?.readinessGates ?? [])
    if (!hasCondition(pod, conditionType)) return { kind: 'gate', gate: conditionType }
  const ready = findCondition(conditions, 'Ready')
  if (ready?.reason === 'NodeLost' || ready?.status === 'Unknown') return { kind: 'node', node: pod.spec.nodeName }
  return { kind: 'starting', phase: pod.status?.phase ?? 'Pending', ...(ready?.message && { message: ready.message }) }
}

const NO_IMAGE = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName']

function containerTrouble(facts: ClusterFacts, pod: Pod, status: ContainerStatus): Trouble | undefined {
  const { name: container, image, state, lastState } = status
  const { waiting, terminated } = state ?? {}
  if (waiting?.reason && NO_IMAGE.includes(waiting.reason)) {
    const told = lastEvent(facts, pod, ({ reason, message }) => reason === 'Failed' && (message ?? '').includes(image))
    const message = told?.message || waiting.message
    return { kind: 'image', container, image, state: waiting.reason, ...(message && { message }) }
  }
  const backOff = waiting?.reason === 'CrashLoopBackOff'
  const ended = terminated ?? (backOff ? lastState?.terminated : undefined)
  if (ended !== undefined && (ended.exitCode !== 0 || backOff))
    return {
      kind: 'crash',
      container,
      exitCode: ended.exitCode,
      ...(ended.signal && { signal: ended.signal }),
      ...(ended.reason && { state: ended.reason }),
      backOff,
      previous: lastState?.terminated !== undefined,
      ...(ended.message && { said: ended.message.trim() }),
    }
  if (waiting === undefined) return undefined
  const { reason, message } = waiting
  return { kind: 'waiting', container, ...(reason && { state: reason }), ...(message && { message }) }
}

/** A container that runs, and is not ready. Until its startup probe has succeeded it is not asked by the other one. */
function unreadyTrouble(
  facts: ClusterFacts,
  pod: Pod,
  { name: container, started, restartCount }: ContainerStatus,
): Trouble {
  const { readinessProbe, startupProbe } = pod.spec?.containers?.find(({ name }) => name === container) ?? {}
  if (readinessProbe === undefined && startupProbe === undefined) return { kind: 'starting', container }
  const starts = startupProbe !== undefined && started === false
  const asked = starts ? 'startup' : started ? 'readiness' : 'readiness|startup'
  const told = lastEvent(
    facts,
    pod,
    ({ reason, message, involvedObject: { fieldPath } }) =>
      reason === 'Unhealthy' &&
      (!fieldPath || fieldPath.endsWith(`{${container}}`)) &&
      new RegExp(asked, 'i').test(message ?? ''),
  )
  const [, probe, said = told?.message] = /^(Readiness|Startup) probe failed: (.*)$/s.exec(told?.message ?? '') ?? []
  const failure = said && { failure: said }
  // One that fails to the end has its container started again.
  if (starts && !restartCount) return { kind: 'starting', container, startup: true, ...failure }
  const failed = starts ? 'startup' : (probe?.toLowerCase() as 'readiness' | 'startup' | undefined)
  return { kind: 'probe', container, ...(failed && { failed }), ...failure }
}

const timeOf = (event: Event): string => event.lastTimestamp || event.eventTime || event.firstTimestamp || ''

/** What Events of type Warning say about a pod. */
export const warningsOf = ({ events }: ClusterFacts, { metadata }: Pod): readonly string[] =>
  events
    .filter(({ type, involvedObject }) => type === 'Warning' && involvedObject.uid === metadata?.uid)
    .map(({ message }) => message ?? '')

/** The latest Event about a pod that fits. */
function lastEvent(facts: ClusterFacts, pod: Pod, fits: (event: Event) => boolean): Event | undefined {
  return facts.events
    .filter(({ involvedObject }) => involvedObject.kind === 'Pod' && involvedObject.uid === pod.metadata?.uid)
    .filter(fits)
    .reduce<Event | undefined>((last, one) => (last && timeOf(one) < timeOf(last) ? last : one), undefined)
}
