import type { Pod } from '#api/core/pod/message.ts'
import { podQosClass } from '#api/core/pod/qos.ts'
import { mayRestartAll } from '#api/core/pod/spec/restart.ts'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import type { PodCondition, PodPhase, PodStatus } from '#api/core/pod/status/status.ts'
import { findCondition } from '#objects/conditions.ts'
import { isTerminalPhase } from '#objects/pod.ts'
import { type ContainerRole, type ContainerView, containersOf } from '../container/plan/container-view.ts'
import { restarts } from '../container/plan/restart-policy.ts'
import { containerStatus } from './container-status.ts'
import { podResources } from './pod-resources.ts'
import { withEnds } from './unknown-end.ts'

/** All that the status is computed from, besides the pod itself. */
export interface PodFacts {
  readonly views: ReadonlyMap<string, ContainerView>
  /** Namespaces and addresses are there. */
  readonly sandboxReady: boolean
  readonly initialized: boolean
  readonly podIPs: readonly string[]
  readonly hostIPs: readonly string[]
  readonly startTime: string
  /** It is being deleted: nothing is started again, so that an exit is the end. */
  readonly terminating: boolean
  /** One's end has asked for all to be made anew, and the others are being ended for it. */
  readonly restartingAll: boolean
  /** Why its containers do not have what it wants of processor and memory. */
  readonly resizeTrouble?: { readonly type: string; readonly reason: string; readonly message: string }
  /** Set where the kubelet itself ended the pod: `DeadlineExceeded`; `isRejected`: before anything of it began. */
  readonly ended?: {
    readonly reason: string
    readonly message: string
    readonly isRejected?: boolean
    readonly isDisruption?: boolean
  }
}

/** Pending, Running, Succeeded or Failed. Succeeded and Failed are for ever. */
const podPhase = (pod: Pod, facts: PodFacts): PodPhase => {
  if (facts.ended !== undefined) return 'Failed'
  const before = pod.status?.phase
  if (before !== undefined && isTerminalPhase(before)) return before
  const spec = pod.spec
  if (spec === undefined) return 'Pending'
  let pending = false
  let running = false
  let failed = false
  for (const { container, role } of containersOf(spec)) {
    const view = facts.views.get(container.name)
    const phase = view?.phase
    if (role === 'sidecar' || role === 'ephemeral') continue
    const exit = phase?.phase === 'exited' && !view?.anew ? phase : undefined
    const goesOn =
      exit === undefined || (!facts.terminating && restarts(spec, container, role, exit.exitCode, view?.again))
    if (role === 'init') {
      if (exit !== undefined && exit.exitCode !== 0 && !goesOn) return 'Failed'
      continue
    }
    if (phase === undefined || (phase.phase === 'waiting' && view?.last === undefined)) pending = true
    else if (phase.phase === 'running' || goesOn) running = true
    else if (exit !== undefined && exit.exitCode !== 0) failed = true
  }
  if (!facts.initialized || pending) {
    // What was told to end before it had begun will not begin any more.
    const runs = [...facts.views.values()].some(({ phase }) => phase.phase === 'running')
    return facts.terminating && !runs ? 'Failed' : 'Pending'
  }
  return running ? 'Running' : failed ? 'Failed' : 'Succeeded'
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>
const yes: Verdict = { status: 'True' }
const no = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message !== undefined && { message }),
})

const containersReady = (pod: Pod, facts: PodFacts, phase: PodPhase): Verdict => {
  if (phase === 'Succeeded') return no('PodCompleted')
  if (phase === 'Failed') return no('PodFailed')
  const unready = containersOf(pod.spec ?? { containers: [] })
    .filter(
      ({ role, container }) =>
        role !== 'init' && role !== 'ephemeral' && facts.views.get(container.name)?.ready !== true,
    )
    .map(({ container }) => container.name)
  return unready.length === 0 ? yes : no('ContainersNotReady', `containers with unready status: [${unready.join(' ')}]`)
}

const podReady = (pod: Pod, containers: Verdict): Verdict => {
  if (containers.status !== 'True') return containers
  const messages = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = findCondition(pod.status?.conditions, conditionType)
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (condition.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  return messages.length === 0 ? yes : no('ReadinessGatesNotReady', messages.join(', '))
}

const initializedVerdict = (pod: Pod, facts: PodFacts): Verdict => {
  if (facts.initialized) return yes
  const incomplete = containersOf(pod.spec ?? { containers: [] })
    .filter(({ role, container }) => {
      const view = facts.views.get(container.name)
      if (role === 'main' || role === 'ephemeral') return false
      return role === 'sidecar'
        ? view?.started !== true
        : !(view?.phase.phase === 'exited' && view.phase.exitCode === 0 && !view.anew)
    })
    .map(({ container }) => container.name)
  return no('ContainersNotInitialized', `containers with incomplete status: [${incomplete.join(' ')}]`)
}

const disrupted = ({ message }: NonNullable<PodFacts['ended']>) =>
  ['DisruptionTarget', { status: 'True', reason: 'TerminationByKubelet', message }] as const

const resizing = ({ type, reason, message }: NonNullable<PodFacts['resizeTrouble']>) =>
  [type, { status: 'True', reason, message }] as const

const RESTARTING = 'AllContainersRestarting'

const restartingAll = (facts: PodFacts, phase: PodPhase): Verdict => {
  if (phase === 'Succeeded') return no('PodCompleted')
  if (phase === 'Failed') return no('PodFailed')
  if (!facts.restartingAll) return { status: 'False' }
  return { status: 'True', reason: 'RestartAllContainersStarted', message: 'container exited with restart policy rule' }
}

/** The conditions the kubelet owns; `lastTransitionTime` is kept where the status is the one that was. */
const conditions = (pod: Pod, facts: PodFacts, phase: PodPhase, now: string): readonly PodCondition[] => {
  const containers = containersReady(pod, facts, phase)
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ...(facts.resizeTrouble === undefined ? [] : [resizing(facts.resizeTrouble)]),
    ['PodReadyToStartContainers', facts.sandboxReady ? yes : { status: 'False' }],
    [
      'Initialized',
      phase === 'Succeeded' ? { status: 'True', reason: 'PodCompleted' } : initializedVerdict(pod, facts),
    ],
    ['Ready', podReady(pod, containers)],
    ['ContainersReady', containers],
    ['PodScheduled', yes],
    ...(facts.ended?.isDisruption ? [disrupted(facts.ended)] : []),
    ...(mayRestartAll(pod.spec ?? { containers: [] }) ? [[RESTARTING, restartingAll(facts, phase)] as const] : []),
  ]
  return verdicts.map(([type, verdict]) => {
    const before = findCondition(pod.status?.conditions, type)
    const kept = before !== undefined && before.status === verdict.status
    return {
      type,
      // The one that Kubernetes dates by no generation.
      ...(type !== RESTARTING &&
        pod.metadata?.generation !== undefined && { observedGeneration: pod.metadata.generation }),
      ...verdict,
      lastTransitionTime: kept && before.lastTransitionTime ? before.lastTransitionTime : now,
    }
  })
}

/** Of one that was not let in there is nothing else to tell; what others have told of it stays. */
const rejectedStatus = (
  pod: Pod,
  { reason, message }: NonNullable<PodFacts['ended']>,
  startTime: string,
): PodStatus => ({
  ...(pod.metadata?.generation !== undefined && { observedGeneration: pod.metadata.generation }),
  phase: 'Failed',
  reason,
  message,
  startTime,
  qosClass: pod.status?.qosClass ?? podQosClass(pod.spec ?? { containers: [] }),
})

/**
 * The pod's status as the kubelet sees it. Pure: equal facts give an equal status, so that nothing is written twice.
 */
export const podStatus = (pod: Pod, facts: PodFacts, now: string): PodStatus => {
  if (facts.ended?.isRejected) return rejectedStatus(pod, facts.ended, facts.startTime)
  const target = podPhase(pod, facts)
  // Succeeded and Failed say that nothing of the pod runs any more: until then the phase stays, and the conditions tell
  // what is coming.
  const ending = isTerminalPhase(target) && [...facts.views.values()].some(({ phase }) => phase.phase === 'running')
  const phase = ending ? (pod.status?.phase ?? 'Pending') : target
  const statuses = containersOf(pod.spec ?? { containers: [] }).flatMap(({ container, role }) => {
    const view = facts.views.get(container.name)
    return view === undefined ? [] : [{ role, status: containerStatus(view, container) }]
  })
  const of = (...roles: readonly ContainerRole[]): readonly ContainerStatus[] =>
    statuses.filter(({ role }) => roles.includes(role)).map(({ status }) => status)
  // As Kubernetes has them: in the order in which they begin, where they have one, else by name.
  const byName = (list: readonly ContainerStatus[]) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const listed = { init: of('init', 'sidecar'), main: byName(of('main')) }
  const { init, main } = isTerminalPhase(phase) ? withEnds(listed, facts.initialized) : listed
  const added = byName(of('ephemeral'))
  const [podIP] = facts.podIPs
  return {
    ...(pod.metadata?.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: conditions(pod, facts, target, now),
    ...(facts.ended !== undefined && !ending && { reason: facts.ended.reason, message: facts.ended.message }),
    hostIP: facts.hostIPs[0] ?? '',
    hostIPs: facts.hostIPs.map((ip) => ({ ip })),
    ...(podIP !== undefined && { podIP, podIPs: facts.podIPs.map((ip) => ({ ip })) }),
    startTime: facts.startTime,
    ...(init.length > 0 && { initContainerStatuses: init }),
    containerStatuses: main,
    ...(added.length > 0 && { ephemeralContainerStatuses: added }),
    qosClass: pod.status?.qosClass ?? podQosClass(pod.spec ?? { containers: [] }),
    ...podResources(pod.spec ?? { containers: [] }, facts.views),
  }
}
