import { existsSync } from 'node:fs'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { DEFAULT_CONTAINER_ANNOTATION } from '#objects/well-known.ts'
import type { SandboxNamespaces } from '#runtime/runtime.ts'
import { logPath } from '../container/files/container-files.ts'
import { KubeletError } from '../kubelet-error.ts'
import type { PodEntry } from './pod-entry.ts'

/** What the kubelet server needs of one container, for logs, exec, attach and port-forward. */
export interface ResolvedContainer {
  readonly pod: Pod
  readonly container: Container
  /** For Runtime.exec and attach; absent where it has never been made. */
  readonly id?: string
  readonly running: boolean
  /** CRI log of the newest attempt. */
  readonly logPath?: string
  readonly previousLogPath?: string
  /** Of the pod: port-forward connects in its network namespace. */
  readonly namespaces?: SandboxNamespaces
}

export interface ResolveOptions {
  /** The log of the attempt before: throws PREVIOUS_NOT_FOUND where there is none. */
  readonly previous?: boolean
  /** Throws CONTAINER_NOT_RUNNING. */
  readonly running?: boolean
}

const waitingText = (reason: string): string =>
  reason === 'ErrImagePull' || reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason

/**
 * An empty name means the pod's default container, else its first.
 * Throws KubeletError with Kubernetes' texts: CONTAINER_UNKNOWN, CONTAINER_WAITING, PREVIOUS_NOT_FOUND,
 * CONTAINER_NOT_RUNNING.
 */
export const resolveContainer = (
  { pod, containers, logDir, sandbox }: PodEntry,
  name: string | undefined,
  options: ResolveOptions = {},
): ResolvedContainer => {
  const podName = pod.metadata?.name ?? ''
  const chosen =
    name || pod.metadata?.annotations?.[DEFAULT_CONTAINER_ANNOTATION] || pod.spec?.containers?.[0]?.name || ''
  const entry = containers.get(chosen)
  if (entry === undefined)
    throw new KubeletError('CONTAINER_UNKNOWN', `container ${chosen} is not valid for pod ${podName}`)
  const at = (attempt: number): string => logPath(logDir, chosen, attempt)
  const newest = existsSync(at(entry.attempt)) ? at(entry.attempt) : undefined
  const before = entry.attempt > 0 && existsSync(at(entry.attempt - 1)) ? at(entry.attempt - 1) : undefined
  if (options.previous && before === undefined) {
    throw new KubeletError(
      'PREVIOUS_NOT_FOUND',
      `previous terminated container "${chosen}" in pod "${podName}" not found`,
    )
  }
  const running = entry.phase.phase === 'running'
  // A container in its back-off still has the log of the attempt that failed. One that is being made has a file already,
  // but nothing will follow it: its log is that of the attempt before, until it runs.
  const current = entry.phase.phase !== 'waiting' ? newest : entry.last && before
  if (!options.previous && current === undefined) {
    const phase = entry.hold ?? entry.phase
    const reason = phase.phase === 'waiting' ? phase.reason : 'ContainerCreating'
    throw new KubeletError(
      'CONTAINER_WAITING',
      `container "${chosen}" in pod "${podName}" is waiting to start: ${waitingText(reason)}`,
    )
  }
  if (options.running && !running) throw new KubeletError('CONTAINER_NOT_RUNNING', `container not found ("${chosen}")`)
  return {
    pod,
    container: entry.container,
    ...(entry.id !== undefined && { id: entry.id }),
    running,
    ...(current !== undefined && { logPath: current }),
    ...(before !== undefined && { previousLogPath: before }),
    ...(sandbox !== undefined && { namespaces: sandbox.namespaces }),
  }
}
