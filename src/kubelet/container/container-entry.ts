import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import type { ContainerIdentity, ContainerState as RuntimeState } from '#runtime/runtime.ts'
import type { Prober } from '../probe/prober.ts'
import { containerHash } from './container-id.ts'
import type { Backoff } from './plan/backoff.ts'
import type { PlanInput } from './plan/container-plan.ts'
import {
  type ContainerPhase,
  type ContainerRole,
  type ContainerView,
  containersOf,
  type Exited,
} from './plan/container-view.ts'

/** One container of a pod, as its worker drives it: the only mutable record of it. */
export interface ContainerEntry {
  container: Container
  readonly role: ContainerRole
  /** Of the newest attempt; absent before the first. */
  id?: string
  imageID?: string
  /** As whom the newest attempt was made. */
  user?: ContainerIdentity
  phase: ContainerPhase
  /** A start or stop is under way. */
  busy: boolean
  attempt: number
  last?: Exited
  started: boolean
  ready: boolean
  backoff?: Backoff
  imageBackoff?: Backoff
  notBefore?: number
  hash: string
  /** It was stopped to be started again. */
  again?: boolean
  /** What the container that runs was given; absent where none does. */
  given?: ResourceRequirements
  probers: Prober[]
  /** Why the last try to start it came to nothing (image, configuration), until one succeeds. */
  hold?: Extract<ContainerPhase, { phase: 'waiting' }>
  /** It waits for its back-off until then, for the status: set by the worker from the plan. */
  backOffUntil?: number
}

const RUNTIME_NAME = 'runc'

type ToldUser = NonNullable<NonNullable<ContainerStatus['user']>['linux']>

const identityOf = ({ uid, gid, supplementalGroups = [] }: ToldUser): ContainerIdentity => ({
  uid,
  gid,
  supplementalGroups,
})

const fromStatus = (
  status: ContainerStatus | undefined,
): Pick<ContainerEntry, 'phase' | 'attempt' | 'last' | 'imageID' | 'user'> | undefined => {
  if (status === undefined) return undefined
  const exitOf = (state: ContainerStatus['state']): Exited | undefined =>
    state?.terminated && {
      phase: 'exited',
      exitCode: state.terminated.exitCode,
      ...(state.terminated.signal && { signal: state.terminated.signal }),
      reason: state.terminated.reason ?? 'Error',
      ...(state.terminated.message && { message: state.terminated.message }),
      startedAt: state.terminated.startedAt ?? '',
      finishedAt: state.terminated.finishedAt ?? '',
      containerID: state.terminated.containerID ?? '',
    }
  const last = exitOf(status.lastState)
  const exit = exitOf(status.state)
  const lost: Exited | undefined = status.state?.running && {
    phase: 'exited',
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was started again',
    startedAt: status.state.running.startedAt ?? '',
    finishedAt: status.state.running.startedAt ?? '',
    containerID: status.containerID ?? '',
  }
  // Waiting with a lastState is a back-off that was under way: the exit decides what comes next.
  const phase = exit ?? lost ?? last
  return {
    phase: phase ?? { phase: 'waiting', reason: 'ContainerCreating' },
    attempt: status.restartCount,
    ...(last !== undefined && last !== phase && { last }),
    ...(status.imageID && { imageID: status.imageID }),
    ...(status.user?.linux && { user: identityOf(status.user.linux) }),
  }
}

/** What the status of a pod says of its containers, whichever list they stand in. */
export const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
  ...(status?.ephemeralContainerStatuses ?? []),
]

/** The entries of a pod as its API status remembers them; what runs here is laid over them by `adopt`. */
export const makeEntries = (pod: Pod): Map<string, ContainerEntry> => {
  const statuses = statusesOf(pod)
  const hasInit = (pod.spec?.initContainers?.length ?? 0) > 0
  return new Map(
    containersOf(pod.spec ?? { containers: [] }).map(({ container, role }) => {
      const known = fromStatus(statuses.find(({ name }) => name === container.name))
      const waiting = { phase: 'waiting', reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } as const
      const entry: ContainerEntry = {
        container,
        role,
        busy: false,
        started: false,
        ready: false,
        hash: containerHash(container),
        probers: [],
        attempt: known?.attempt ?? 0,
        ...known,
        phase: known?.phase.phase === 'exited' ? known.phase : waiting,
      }
      return [container.name, entry]
    }),
  )
}

/**
 * An exit as the status tells it: times to the second, the runtime’s reason in Kubernetes’ word. `message`: of its
 * termination file, before the runtime’s own.
 */
export const exitedPhase = (
  id: string,
  state: Extract<RuntimeState, { state: 'exited' }>,
  message: string,
): Exited => ({
  phase: 'exited',
  exitCode: state.exitCode,
  ...(state.signal !== undefined && { signal: state.signal }),
  reason: state.reason === 'ContainerCannotRun' ? 'StartError' : state.reason,
  ...((message || state.message) && { message: message || state.message }),
  startedAt: `${state.startedAt.slice(0, 19)}Z`,
  finishedAt: `${state.finishedAt.slice(0, 19)}Z`,
  containerID: `${RUNTIME_NAME}://${id}`,
})

/** What the planner sees: the true phase. */
export const planInput = (entry: ContainerEntry): PlanInput => ({
  view: rawView(entry),
  ...(entry.backoff && { backoff: entry.backoff }),
  ...(entry.notBefore !== undefined && { notBefore: entry.notBefore }),
})

const rawView = (entry: ContainerEntry): ContainerView => ({
  name: entry.container.name,
  role: entry.role,
  phase: entry.phase,
  busy: entry.busy,
  restartCount: entry.attempt,
  ...(entry.last && { last: entry.last }),
  ...(entry.id && { containerID: `${RUNTIME_NAME}://${entry.id}` }),
  ...(entry.imageID && { imageID: entry.imageID }),
  ...(entry.user && { user: entry.user }),
  started: entry.started,
  ready: entry.ready,
  ...(entry.again && { again: true }),
  ...(entry.given && { given: entry.given }),
})

/** What the status shows: an exit that waits for its back-off is CrashLoopBackOff, the exit itself its last state. */
export const statusView = (entry: ContainerEntry, crashMessage: (delay: number) => string): ContainerView => {
  const view = rawView(entry)
  if (entry.hold !== undefined) {
    return { ...view, phase: entry.hold, ...(entry.phase.phase === 'exited' && { last: entry.phase }) }
  }
  // To those who watch it is one container that is made anew: an end that its policy would leave as it is was none. Where
  // it has to wait for that, it waits as any other.
  if (entry.again && entry.phase.phase === 'exited' && entry.backOffUntil === undefined)
    return { ...view, phase: { phase: 'waiting', reason: 'ContainerCreating' }, last: entry.phase }
  if (entry.phase.phase !== 'exited' || entry.backOffUntil === undefined || entry.backoff === undefined) return view
  return {
    ...view,
    phase: { phase: 'waiting', reason: 'CrashLoopBackOff', message: crashMessage(entry.backoff.delay) },
    last: entry.phase,
  }
}
