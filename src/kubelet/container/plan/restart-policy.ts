import type { Container } from '#api/core/pod/spec/container.ts'
import { policyOf, RESTART_ALL, ruleAction } from '#api/core/pod/spec/restart.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ContainerRole } from './container-view.ts'

/**
 * Whether a container that ended with `exitCode` is started again: the container's own rules first (KEP-5307), then its
 * own policy, then the pod's. An init container of a pod with policy Always is retried on failure only. `again`: the
 * kubelet stopped it for that.
 */
export const restarts = (
  spec: PodSpec,
  container: Container,
  role: ContainerRole,
  exitCode: number,
  again = false,
): boolean => {
  if (again || ruleAction(container, exitCode) !== undefined) return true
  switch (policyOf(spec, container)) {
    case 'Never':
      return false
    case 'OnFailure':
      return exitCode !== 0
    default:
      return role === 'init' ? exitCode !== 0 : true
  }
}

/** Whether a container that ended so asks for all of the pod to be made anew (KEP-5532). */
export const restartsAll = (container: Container, exitCode: number): boolean =>
  ruleAction(container, exitCode) === RESTART_ALL
