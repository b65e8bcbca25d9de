import type { Job, JobStatus } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isActive, isTerminal } from '#objects/pod.ts'
import { millisecondsOf } from '../values/time.ts'
import { countFailures, type Failures } from './desired-backoff.ts'
import {
  completionsOf,
  hasFailed,
  hasLimitPerIndex,
  hasSucceeded,
  indexOf,
  isIndexed,
  isSuspended,
  isTracked,
} from './desired-facts.ts'
import { delayedByIndex, failedIndexes } from './desired-index-failures.ts'
import { Indexes } from './desired-indexes.ts'
import { failJobMessage, judgeFailure, successMessage } from './desired-policy.ts'

export type JobCondition = NonNullable<JobStatus['conditions']>[number]

/** What one look at a Job sees. */
export interface JobView {
  readonly job: Job
  /** Its own, in the order of their indexes. */
  readonly pods: readonly Pod[]
  readonly active: readonly Pod[]
  readonly now: number
  /** With pods whose end has not been counted yet. */
  readonly succeeded: number
  readonly failures: Failures
  /** Of an indexed Job. */
  readonly completed: Indexes
  /** Of a Job with a limit per index. */
  readonly failed: Indexes
  /** By index: the failed pod that its successor follows, which stays until that is there. */
  readonly delayed: ReadonlyMap<number, Pod>
  /** What is to be said of the Job's end, and was not yet, or is said already. */
  readonly end: JobCondition | undefined
  readonly startTime: string | undefined
  /** Milliseconds until its deadline. */
  readonly dueIn: number | undefined
}

export const condition = (type: string, reason: string, message: string, now: number): JobCondition => ({
  type,
  status: 'True',
  lastProbeTime: timeText(now),
  lastTransitionTime: timeText(now),
  reason,
  message,
})

/** How many pods are at work, are ready, and are ending. */
export const countPods = (pods: readonly Pod[]) => {
  const active = pods.filter(isActive)
  return {
    active: active.length,
    ready: active.filter(isReady).length,
    terminating: pods.filter((pod) => isLeaving(pod) && !isTerminal(pod)).length,
  }
}

/** `pods`: its own; one that was told to go has a `deletionTimestamp`. `failures`: counted before. */
export const viewJob = (job: Job, pods: readonly Pod[], failures: Failures, now: number): JobView => {
  const { spec, status } = job
  const sorted = isIndexed(job) ? [...pods].sort((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1)) : pods
  const active = sorted.filter(isActive)
  const uncounted = status?.uncountedTerminatedPods
  const isNew = (pod: Pod, counted: readonly string[] | undefined): boolean =>
    isTracked(pod) &&
    !counted?.includes(pod.metadata!.uid!) &&
    (!isIndexed(job) || indexOf(pod, completionsOf(job)) !== undefined)
  const succeededNow = sorted.filter((pod) => hasSucceeded(pod) && isNew(pod, uncounted?.succeeded))
  const failedNow = sorted.filter((pod) => hasFailed(pod, job) && isNew(pod, uncounted?.failed))
  const failedCount =
    (status?.failed ?? 0) +
    failedNow.filter((pod) => judgeFailure(job, pod).counts).length +
    (uncounted?.failed ?? []).length
  const before = Indexes.parse(status?.completedIndexes, completionsOf(job))
  const completed = isIndexed(job) ? before.with(succeededIndexes(job, sorted)) : Indexes.none
  const failed = hasLimitPerIndex(job) ? failedIndexes(job, sorted) : Indexes.none
  const startTime = status?.startTime ?? (isSuspended(job) ? undefined : timeText(now))
  const { activeDeadlineSeconds } = spec ?? {}
  const dueIn =
    activeDeadlineSeconds === undefined || startTime === undefined || isSuspended(job)
      ? undefined
      : millisecondsOf(startTime) + activeDeadlineSeconds * 1000 - now
  const view = {
    job,
    pods: sorted,
    active,
    now,
    succeeded: isIndexed(job)
      ? completed.count
      : (status?.succeeded ?? 0) + succeededNow.length + (uncounted?.succeeded ?? []).length,
    failures: countFailures(failures, succeededNow, failedNow),
    completed,
    failed,
    delayed: hasLimitPerIndex(job) ? delayedByIndex(job, sorted, active, completed.with(failed)) : new Map(),
    startTime,
    dueIn: dueIn !== undefined && dueIn > 0 ? dueIn : undefined,
  }
  return { ...view, end: endOf(view, failedCount, dueIn) }
}

const succeededIndexes = (job: Job, pods: readonly Pod[]): Indexes =>
  Indexes.of(
    pods
      .filter((pod) => hasSucceeded(pod) && isTracked(pod))
      .map((pod) => indexOf(pod, completionsOf(job)))
      .filter((index) => index !== undefined),
  )

/** Why the Job has come to its end, other than by its completions. */
const endOf = (
  view: Omit<JobView, 'end'>,
  failedCount: number,
  dueIn: number | undefined,
): JobCondition | undefined => {
  const { job, pods, now, completed, failed } = view
  const { spec, status } = job
  const told = (type: string): JobCondition | undefined => {
    const found = findCondition(status?.conditions, type)
    return found?.status === 'True' ? found : undefined
  }
  const fails = (reason: string, message: string) => condition('FailureTarget', reason, message, now)
  const met = told('SuccessCriteriaMet')
  if (met) return met
  const target = told('FailureTarget')
  if (target) return condition('Failed', target.reason ?? '', target.message ?? '', now)
  const message = failJobMessage(job, pods)
  if (message !== undefined) return fails('PodFailurePolicy', message)
  if (failedCount > (spec?.backoffLimit ?? 6) || hasRestartedTooOften(job, pods))
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  if (dueIn !== undefined && dueIn <= 0)
    return fails('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (hasLimitPerIndex(job)) {
    if (spec?.maxFailedIndexes !== undefined && failed.count > spec.maxFailedIndexes)
      return fails('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
    if (failed.count > 0 && failed.count + completed.count >= completionsOf(job))
      return fails('FailedIndexes', 'Job has failed indexes')
  }
  const enough = isIndexed(job) ? successMessage(job, completed) : undefined
  return enough === undefined ? undefined : condition('SuccessCriteriaMet', 'SuccessPolicy', enough, now)
}

/** Of pods whose containers are started again where they are. */
const hasRestartedTooOften = ({ spec }: Job, pods: readonly Pod[]): boolean => {
  if (spec?.template.spec?.restartPolicy !== 'OnFailure') return false
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0)
  const limit = spec.backoffLimit ?? 6
  return limit === 0 ? restarts > 0 : restarts >= limit
}
