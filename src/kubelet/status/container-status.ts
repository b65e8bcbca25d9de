import type { Container } from '#api/core/pod/spec/container.ts'
import type { ContainerState, ContainerStatus } from '#api/core/pod/status/container-status.ts'
import type { ContainerPhase, ContainerView, Exited } from '../container/plan/container-view.ts'

const terminated = (exit: Exited) => ({
  exitCode: exit.exitCode,
  reason: exit.reason,
  ...(exit.message && { message: exit.message }),
  ...(exit.startedAt && { startedAt: exit.startedAt }),
  ...(exit.finishedAt && { finishedAt: exit.finishedAt }),
  ...(exit.containerID && { containerID: exit.containerID }),
})

const containerState = (phase: ContainerPhase): ContainerState => {
  switch (phase.phase) {
    case 'waiting':
      return { waiting: { reason: phase.reason, ...(phase.message !== undefined && { message: phase.message }) } }
    case 'running':
      return { running: { startedAt: phase.startedAt } }
    case 'exited':
      return { terminated: terminated(phase) }
  }
}

const isReady = ({ role, phase, anew, ready }: ContainerView): boolean => {
  // Nobody asks whether one that was added is ready.
  if (role === 'ephemeral') return false
  return role === 'init' ? phase.phase === 'exited' && phase.exitCode === 0 && !anew : ready
}

/** What a container is made with, where there is one: what it has while it runs, else what its pod says. */
const resourcesOf = ({ containerID, given }: ContainerView, container: Container) => {
  const resources = given ?? container.resources ?? {}
  if (containerID === undefined) return {}
  return { ...(resources.requests && { allocatedResources: resources.requests }), resources }
}

const mountsOf = ({ volumeMounts = [] }: Container): Pick<ContainerStatus, 'volumeMounts'> =>
  volumeMounts.length === 0
    ? {}
    : {
        volumeMounts: volumeMounts.map(({ name, mountPath, readOnly }) => ({
          name,
          mountPath,
          // What is mounted below a mount that is read-only is not: the field that asks for it is refused.
          ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
        })),
      }

const madeOf = ({ made }: ContainerView): Pick<ContainerStatus, 'user' | 'stopSignal'> =>
  made === undefined
    ? {}
    : { user: { linux: made.user }, stopSignal: made.stopSignal as NonNullable<ContainerStatus['stopSignal']> }

/** The status of one container of a pod. */
export const containerStatus = (view: ContainerView, container: Container): ContainerStatus => ({
  name: view.name,
  state: containerState(view.phase),
  lastState: view.last === undefined ? {} : { terminated: terminated(view.last) },
  ready: isReady(view),
  restartCount: view.restartCount,
  image: container.image ?? '',
  imageID: view.imageID ?? '',
  ...(view.containerID !== undefined && { containerID: view.containerID }),
  started: view.phase.phase === 'running' && (view.role === 'init' ? true : view.started),
  ...resourcesOf(view, container),
  ...mountsOf(container),
  ...madeOf(view),
})
