import type { Job } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { completionsOf, hasFailed } from './desired-facts.ts'
import { Indexes } from './desired-indexes.ts'

type FailureRule = NonNullable<NonNullable<NonNullable<Job['spec']>['podFailurePolicy']>['rules']>[number]
type ExitCodes = NonNullable<FailureRule['onExitCodes']>
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

interface Verdict {
  readonly action: FailureRule['action'] | undefined
  /** Towards the back-off limit. */
  readonly counts: boolean
  /** Why the Job fails. */
  readonly message?: string
}

/** What the Job's first rule that fits says of a pod that failed. */
export const judgeFailure = ({ spec }: Job, pod: Pod): Verdict => {
  for (const [at, rule] of (spec?.podFailurePolicy?.rules ?? []).entries()) {
    const reason = reasonOf(rule, pod)
    const { action } = rule
    if (reason === undefined) continue
    if (action !== 'FailJob') return { action, counts: action !== 'Ignore' }
    return { action, counts: true, message: `${reason} matching ${action} rule at index ${at}` }
  }
  return { action: undefined, counts: true }
}

/** How the rule fits the pod, in Kubernetes' words; undefined: it does not. */
const reasonOf = ({ onExitCodes, onPodConditions }: FailureRule, { metadata, status }: Pod): string | undefined => {
  const name = `${metadata?.namespace}/${metadata?.name}`
  if (onExitCodes) {
    const found = ended(status?.containerStatuses, onExitCodes) ?? ended(status?.initContainerStatuses, onExitCodes)
    return found && `Container ${found.name} for pod ${name} failed with exit code ${found.state?.terminated?.exitCode}`
  }
  const condition = status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status),
  )
  return condition && `Pod ${name} has condition ${condition.type}`
}

/** The first container that ended with a code that is asked for; 0 is no failure. */
const ended = (
  statuses: readonly ContainerStatus[] | undefined,
  { containerName, operator, values }: ExitCodes,
): ContainerStatus | undefined =>
  statuses?.find(({ name, state }) => {
    const { exitCode = 0 } = state?.terminated ?? {}
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false
    return (values ?? []).includes(exitCode) === (operator === 'In')
  })

/** Why the Job fails at once: the first of its failed pods that a rule says so of. */
export const failJobMessage = (job: Job, pods: readonly Pod[]): string | undefined => {
  if (job.spec?.podFailurePolicy === undefined) return undefined
  for (const pod of pods) {
    const { message } = hasFailed(pod, job) ? judgeFailure(job, pod) : {}
    if (message !== undefined) return message
  }
  return undefined
}

/** Which rule says that what has succeeded is enough, in Kubernetes' words. */
export const successMessage = (job: Job, succeeded: Indexes): string | undefined => {
  if (succeeded.count === 0) return undefined
  const at = (job.spec?.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.count >= succeededCount
    const needed = Indexes.parse(succeededIndexes, completionsOf(job))
    if (needed.count === 0) return false
    const there = succeeded.overlap(needed)
    return there === needed.count || (succeededCount !== undefined && there >= succeededCount)
  })
  return at < 0 ? undefined : `Matched rules at index ${at}`
}
