import type { Container } from './container.ts'
import type { PodSpec } from './spec.ts'

export const RESTART_ALL = 'RestartAllContainers'

/** The policy that holds for a container where its rules say nothing. */
export const policyOf = ({ restartPolicy }: Pick<PodSpec, 'restartPolicy'>, container: Container): string =>
  container.restartPolicy || restartPolicy || 'Always'

/** What the first of the container's rules says that has this exit code (KEP-5307). */
export const ruleAction = ({ restartPolicyRules }: Container, exitCode: number): string | undefined =>
  restartPolicyRules?.find(({ exitCodes }) => {
    const isNamed = exitCodes?.values?.includes(exitCode) === true
    return exitCodes?.operator === 'NotIn' ? !isNamed : isNamed
  })?.action

/** Whether the end of a container may have all of the pod made anew (KEP-5532). */
export const mayRestartAll = ({ initContainers = [], containers = [] }: PodSpec): boolean =>
  [...initContainers, ...containers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === RESTART_ALL),
  )
