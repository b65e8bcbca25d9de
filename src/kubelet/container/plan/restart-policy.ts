import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ContainerRole } from './container-view.ts'

const RESTART_ALL = 'RestartAllContainers'

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
  if (again || actionOn(container, exitCode) !== undefined) return true
  switch (policyOf(spec, container)) {
    case 'Never':
      return false
    case 'OnFailure':
      return exitCode !== 0
    default:
      return role === 'init' ? exitCode !== 0 : true
  }
}

/** Whether the end of a container may have all of the pod made anew. */
export const mayRestartAll = ({ initContainers = [], containers = [] }: PodSpec): boolean =>
  [...initContainers, ...containers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === RESTART_ALL),
  )

/** Whether a container that ended so asks for all of the pod to be made anew (KEP-5532). */
export const restartsAll = (container: Container, exitCode: number): boolean =>
  actionOn(container, exitCode) === RESTART_ALL

/** What the first rule that has this exit code says. */
const actionOn = (container: Container, exitCode: number): string | undefined =>
  container.restartPolicyRules?.find(({ exitCodes }) => {
    const isNamed = exitCodes?.values?.includes(exitCode) === true
    return exitCodes?.operator === 'NotIn' ? !isNamed : isNamed
  })?.action

/** The policy that holds for a container where its rules say nothing. */
export const policyOf = (spec: PodSpec, container: Container): string =>
  container.restartPolicy || spec.restartPolicy || 'Always'
