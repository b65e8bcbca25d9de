import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import type { MadeContainer, ContainerState as RuntimeState } from '#runtime/runtime.ts'
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
  UNKNOWN_END,
} from './plan/container-view.ts'

/** A stop that is under way. */
interface Stopping {
  /** Until when the container has time to end (milliseconds). */
  by: number
  /** Its preStop hook goes no further. */
  readonly cutHook: () => void
  /** It is through; rejects where the runtime fails. */
  readonly over: Promise<void>
}

/** One container of a pod, as its worker drives it: the only mutable record of it. */
export interface ContainerEntry {
  container: Container
  readonly role: ContainerRole
  /** Of the newest attempt; absent before the first. */
  id?: string
  imageID?: string
  phase: ContainerPhase
  /** A start or stop is under way. */
  busy: boolean
  /** The start or stop itself. */
  work?: Promise<void>
  attempt: number
  last?: Exited
  started: boolean
  ready: boolean
  backoff?: Backoff
  imageBackoff?: Backoff
  notBefore?: number
  hash: string
  /** While it is being stopped. */
  stopping?: Stopping
  /** It was stopped to be started again. */
  again?: boolean
  /** Its pod begins again: what it has done before does not count. */
  anew?: boolean
  /** Its end counts, though its pod began again since. */
  kept?: boolean
  /** What came of it when it was made. */
  made?: MadeContainer
  /** What the container that runs was given; absent where none does. */
  given?: ResourceRequirements
  probers: Prober[]
  /** Ends the hook that runs beside its start, where one does. */
  endHook?: (why: Error) => void
  /** Why the last try to start it came to nothing (image, configuration), until one succeeds. */
  hold?: Extract<ContainerPhase, { phase: 'waiting' }>
  /** It waits for its back-off until then, for the status: set by the worker from the plan. */
  backOffUntil?: number
}

const RUNTIME_NAME = 'runc'
/** Of a container that is taken away since another's end asks for all to be made anew (KEP-5532). */
const RESTARTING_ALL = 'RestartingAllContainers'
const TAKEN_AWAY = 'The container is removed because RestartAllContainers in place'
/** Nobody asks how it ended. */
export const takenAway: Exited = {
  phase: 'exited',
  exitCode: 137,
  reason: RESTARTING_ALL,
  message: TAKEN_AWAY,
  startedAt: '',
  finishedAt: '',
  containerID: '',
}

/** Also where it comes from a status. */
export const isTakenAway = ({ reason }: Exited): boolean => reason === RESTARTING_ALL

/** Taken away, and not made again yet. */
export const isAwaited = ({ state }: ContainerStatus): boolean => state?.waiting?.reason === RESTARTING_ALL

const fromStatus = (
  status: ContainerStatus | undefined,
): Pick<ContainerEntry, 'phase' | 'attempt' | 'last' | 'imageID' | 'made'> | undefined => {
  if (status === undefined) return undefined
  const exitOf = (state: ContainerStatus['state']): Exited | undefined =>
    state?.terminated && {
      phase: 'exited',
      exitCode: state.terminated.exitCode,
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
    ...UNKNOWN_END,
    startedAt: status.state.running.startedAt ?? '',
    finishedAt: status.state.running.startedAt ?? '',
    containerID: status.containerID ?? '',
  }
  // Waiting with a lastState is a back-off that was under way: the exit decides what comes next.
  const phase = exit ?? lost ?? last
  // The next attempt is counted before it is made where all are made anew.
  const isAhead = isAwaited(status)
  return {
    phase: phase ?? { phase: 'waiting', reason: 'ContainerCreating' },
    attempt: status.restartCount - (isAhead ? 1 : 0),
    ...(last !== undefined && last !== phase && { last }),
    ...(status.imageID && { imageID: status.imageID }),
    ...madeOf(status),
  }
}

const madeOf = ({ user, stopSignal }: ContainerStatus): { readonly made?: MadeContainer } => {
  if (user?.linux === undefined || stopSignal === undefined) return {}
  const { uid, gid, supplementalGroups = [] } = user.linux
  return { made: { user: { uid, gid, supplementalGroups }, stopSignal } }
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
 * An exit as the status tells it, times to the second. `message`: of its termination file, before the runtime’s own.
 */
export const exitedPhase = (
  id: string,
  state: Extract<RuntimeState, { state: 'exited' }>,
  message: string,
): Exited => ({
  phase: 'exited',
  exitCode: state.exitCode,
  reason: state.reason,
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
  ...containerIDOf(entry),
  ...(entry.imageID && { imageID: entry.imageID }),
  started: entry.started,
  ready: entry.ready,
  ...(entry.again && { again: true }),
  ...(entry.anew && { anew: true }),
  ...(entry.kept && { kept: true }),
  ...(entry.given && { given: entry.given }),
  ...(entry.made && { made: entry.made }),
})

/** Also of one that is no longer on the machine. */
const containerIDOf = ({ id, phase }: ContainerEntry): { readonly containerID?: string } => {
  const known = id === undefined ? phase.phase === 'exited' && phase.containerID : `${RUNTIME_NAME}://${id}`
  return known ? { containerID: known } : {}
}

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
  if (entry.anew && entry.phase.phase === 'exited' && isTakenAway(entry.phase))
    return {
      ...view,
      phase: { phase: 'waiting', reason: RESTARTING_ALL, message: TAKEN_AWAY },
      last: entry.phase,
      restartCount: entry.attempt + 1,
    }
  if (entry.phase.phase !== 'exited' || entry.backOffUntil === undefined || entry.backoff === undefined) return view
  return {
    ...view,
    phase: { phase: 'waiting', reason: 'CrashLoopBackOff', message: crashMessage(entry.backoff.delay) },
    last: entry.phase,
  }
}
