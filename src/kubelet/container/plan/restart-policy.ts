import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ContainerRole } from './container-view.ts'

/**
 * Whether a container that ended with `exitCode` is started again: the container's own rules first (KEP-5307), then its
 * own policy, then the pod's. An init container of a pod with policy Always is retried on failure only.
 */
export const restarts = (spec: PodSpec, container: Container, role: ContainerRole, exitCode: number): boolean => {
  for (const rule of container.restartPolicyRules ?? []) {
    const values = rule.exitCodes?.values ?? []
    const hit = rule.exitCodes?.operator === 'NotIn' ? !values.includes(exitCode) : values.includes(exitCode)
    if (rule.action === 'Restart' && hit) return true
  }
  const policy = container.restartPolicy || spec.restartPolicy || 'Always'
  switch (policy) {
    case 'Never':
      return false
    case 'OnFailure':
      return exitCode !== 0
    default:
      return role === 'init' ? exitCode !== 0 : true
  }
}
