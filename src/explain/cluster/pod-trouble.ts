import type { Event, Pod } from '#api/core-v1.ts'
import type { ClusterFacts } from './facts.ts'
import { find, isLeaving, isReady, isTerminal } from './lookup.ts'
import { notReadyText } from './node-condition.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/** Why a pod is not ready. */
export interface Trouble {
  readonly kind: 'unscheduled' | 'image' | 'crash' | 'starting' | 'probe' | 'gate' | 'ended' | 'leaving' | 'node'
  /** One sentence without its full stop: `the readiness probe fails: HTTP probe failed with statuscode: 404`. */
  readonly message: string
  readonly container?: string
  readonly image?: string
  /** Of a crash: another one ended before, and its log is to be had. */
  readonly previous?: boolean
  /** What it left in its termination message. */
  readonly said?: string
  /** The readiness gate that is not True. */
  readonly gate?: string
}

/**
 * The first thing that keeps a pod from being ready; undefined where it is. Read from its conditions, its containers'
 * states and its Events.
 */
export function troubleOf(facts: ClusterFacts, pod: Pod): Trouble | undefined {
  if (isTerminal(pod)) return { kind: 'ended', message: `it has ended: ${pod.status?.phase}` }
  if (isReady(pod)) return isLeaving(pod) ? { kind: 'leaving', message: 'it is being deleted' } : undefined
  const conditions = pod.status?.conditions ?? []
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unscheduled || !pod.spec?.nodeName)
    return { kind: 'unscheduled', message: `no node takes it: ${unscheduled?.message || 'it is not scheduled yet'}` }
  // What its status says is what its node said last: while that is silent, nothing of it is known.
  const node = find(facts.nodes, pod.spec.nodeName)
  const lost = node && notReadyText(node)
  if (lost !== undefined)
    return { kind: 'node', message: `its node ${pod.spec.nodeName} is ${lost}: nobody hears of the pod since` }
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  for (const status of statuses) {
    const trouble = containerTrouble(facts, pod, status)
    if (trouble !== undefined) return trouble
  }
  if (isLeaving(pod)) return { kind: 'leaving', message: 'it is being deleted, and not ready any more' }
  const unready = (pod.status?.containerStatuses ?? []).find(({ ready }) => !ready)
  if (unready !== undefined) {
    const told = lastEvent(
      facts,
      pod,
      ({ reason, message }) => reason === 'Unhealthy' && /readiness|startup/i.test(message ?? ''),
    )
    const container = pod.spec?.containers?.find(({ name }) => name === unready.name)
    const probe = container?.readinessProbe ?? container?.startupProbe
    const fails = told?.message?.replace(
      /^(Readiness|Startup) probe failed: /,
      (_, kind: string) => `the ${kind.toLowerCase()} probe fails: `,
    )
    const message = fails ?? (probe ? 'its readiness probe has not succeeded yet' : 'its container is not ready yet')
    return { kind: probe ? 'probe' : 'starting', message, container: unready.name }
  }
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    if (!conditions.some(({ type, status }) => type === conditionType && status === 'True'))
      return { kind: 'gate', gate: conditionType, message: `its readiness gate ${conditionType} is not True` }
  }
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready?.reason === 'NodeLost' || ready?.status === 'Unknown')
    return { kind: 'node', message: `its node ${pod.spec.nodeName} is lost` }
  return { kind: 'starting', message: ready?.message || `it is ${pod.status?.phase ?? 'Pending'}` }
}

function containerTrouble(facts: ClusterFacts, pod: Pod, status: ContainerStatus): Trouble | undefined {
  const { name, image, state, lastState } = status
  const { waiting, terminated } = state ?? {}
  if (
    waiting?.reason === 'ErrImagePull' ||
    waiting?.reason === 'ImagePullBackOff' ||
    waiting?.reason === 'InvalidImageName'
  ) {
    const told = lastEvent(facts, pod, ({ reason, message }) => reason === 'Failed' && (message ?? '').includes(image))
    return {
      kind: 'image',
      container: name,
      image,
      message: `container ${name} cannot have its image ${image} (${waiting.reason}): ${told?.message || waiting.message || 'it is not known here'}`,
    }
  }
  const ended = terminated ?? (waiting?.reason === 'CrashLoopBackOff' ? lastState?.terminated : undefined)
  if (ended !== undefined && (ended.exitCode !== 0 || waiting?.reason === 'CrashLoopBackOff')) {
    const again = waiting?.reason === 'CrashLoopBackOff' ? ' again and again (CrashLoopBackOff)' : ''
    const how = ended.signal ? `signal ${ended.signal}` : `exit code ${ended.exitCode}`
    return {
      kind: 'crash',
      container: name,
      previous: lastState?.terminated !== undefined,
      ...(ended.message && { said: ended.message.trim() }),
      message: `container ${name} ends${again} with ${how}${ended.reason ? `, ${ended.reason}` : ''}`,
    }
  }
  if (waiting !== undefined)
    return {
      kind: 'starting',
      container: name,
      message: `container ${name} waits${waiting.reason ? ` (${waiting.reason})` : ''}${waiting.message ? `: ${waiting.message}` : ''}`,
    }
  return undefined
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
    .sort((left, right) => (timeOf(left) < timeOf(right) ? 1 : -1))[0]
}
