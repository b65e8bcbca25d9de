import type { Container } from '#api/core/pod/spec/container.ts'
import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { MadeContainer } from '#runtime/runtime.ts'

/**
 * `sidecar`: an init container with restartPolicy Always (KEP-753). `ephemeral`: added to a pod that is there, by who
 * looks for a fault; it runs once, and the pod does not care.
 */
export type ContainerRole = 'init' | 'sidecar' | 'main' | 'ephemeral'

/** Kubernetes' words for the end of a container that nobody saw. */
export const UNKNOWN_END = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
} as const

/** Times and id are empty where nobody knows them. */
export interface Exited {
  readonly phase: 'exited'
  readonly exitCode: number
  readonly reason: string
  readonly message?: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly containerID: string
}

export type ContainerPhase =
  | { readonly phase: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly phase: 'running'; readonly startedAt: string }
  | Exited

/** One container of a pod as the kubelet knows it, for the pure functions that plan and report. */
export interface ContainerView {
  readonly name: string
  readonly role: ContainerRole
  readonly phase: ContainerPhase
  /** A start or a stop is under way: nothing is planned for it meanwhile. */
  readonly busy: boolean
  readonly restartCount: number
  readonly last?: Exited
  readonly containerID?: string
  readonly imageID?: string
  /** Startup probe passed (or there is none), and the postStart hook is through. */
  readonly started: boolean
  readonly ready: boolean
  /** It was stopped, or is being stopped, to be started again, whatever its policy says of its exit. */
  readonly again?: boolean
  /** Its pod begins again: what it has done before does not count. */
  readonly anew?: boolean
  /** Its end counts, though its pod began again since: it says nothing of how far that is. */
  readonly kept?: boolean
  /** What it was given, where it runs. */
  readonly given?: ResourceRequirements
  readonly made?: MadeContainer
}

/** `isInit`: it is one of spec.initContainers. */
const roleOf = (container: Container, isInit: boolean): ContainerRole =>
  !isInit ? 'main' : container.restartPolicy === 'Always' ? 'sidecar' : 'init'

/** All containers of a pod in the order in which they start, with their roles. */
export const containersOf = (
  spec: PodSpec,
): readonly { readonly container: Container; readonly role: ContainerRole }[] => [
  ...(spec.initContainers ?? []).map((container) => ({ container, role: roleOf(container, true) })),
  ...(spec.containers ?? []).map((container) => ({ container, role: roleOf(container, false) })),
  ...(spec.ephemeralContainers ?? []).map((container) => ({ container, role: 'ephemeral' as const })),
]
