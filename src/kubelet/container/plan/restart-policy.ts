import type { Container } from '#api/core/pod/spec/container.ts'
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
  if (again) return true
  for (const rule of container.restartPolicyRules ?? []) {
    const values = rule.exitCodes?.values ?? []
    const hit = rule.exitCodes?.operator === 'NotIn' ? !values.includes(exitCode) : values.includes(exitCode)
    if (rule.action === 'Restart' && hit) return true
  }
  switch (policyOf(spec, container)) {
    case 'Never':
      return false
    case 'OnFailure':
      return exitCode !== 0
    default:
      return role === 'init' ? exitCode !== 0 : true
  }
}

/** The policy that holds for a container where its rules say nothing. */
export const policyOf = (spec: PodSpec, container: Container): string =>
  container.restartPolicy || spec.restartPolicy || 'Always'
