import type { Job } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { finishedAt } from './desired-backoff.ts'
import { completionsOf, hasFailed, indexOf, isTracked } from './desired-facts.ts'
import { Indexes } from './desired-indexes.ts'
import { judgeFailure } from './desired-policy.ts'

// How often the pods of an index have failed is told from each to its successor.
const FAILURES = 'batch.kubernetes.io/job-index-failure-count'
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count'
const MOST = 2_147_483_647

const numberIn = ({ metadata }: Pod, annotation: string): number => {
  const number = Number(metadata?.annotations?.[annotation] ?? 0)
  return Number.isInteger(number) && number >= 0 && number <= MOST ? number : 0
}

/** Failures of the index before this pod, whether they count or not. */
export const failuresBefore = (pod: Pod): number => numberIn(pod, FAILURES) + numberIn(pod, IGNORED)

/** What the successor of a failed pod, or the first of its index, is annotated with. */
export const failureAnnotations = (job: Job, failed: Pod | undefined): { readonly [annotation: string]: string } => {
  if (failed === undefined) return { [FAILURES]: '0' }
  const { counts } = judgeFailure(job, failed)
  const ignored = numberIn(failed, IGNORED) + (counts ? 0 : 1)
  return {
    [FAILURES]: `${numberIn(failed, FAILURES) + (counts ? 1 : 0)}`,
    ...(ignored > 0 ? { [IGNORED]: `${ignored}` } : {}),
  }
}

/** Indexes that are given up: those of the status, and those whose pods have failed once too often. */
export const failedIndexes = (job: Job, pods: readonly Pod[]): Indexes => {
  const completions = completionsOf(job)
  const now = pods
    .filter((pod) => isTracked(pod) && hasFailed(pod, job) && isLast(job, pod))
    .map((pod) => indexOf(pod, completions))
    .filter((index) => index !== undefined)
  return Indexes.parse(job.status?.failedIndexes, completions).with(Indexes.of(now))
}

const isLast = (job: Job, pod: Pod): boolean => {
  const { action, counts } = judgeFailure(job, pod)
  return action === 'FailIndex' || (counts && numberIn(pod, FAILURES) >= (job.spec?.backoffLimitPerIndex ?? 0))
}

/** By index: the last pod that failed, of those that will have a successor and have none yet. */
export const delayedByIndex = (
  job: Job,
  pods: readonly Pod[],
  active: readonly Pod[],
  over: Indexes,
): ReadonlyMap<number, Pod> => {
  const atWork = new Set(active.map((pod) => indexOf(pod)))
  const found = new Map<number, Pod>()
  for (const pod of pods) {
    const index = indexOf(pod, completionsOf(job))
    if (index === undefined || !isTracked(pod) || !hasFailed(pod, job)) continue
    if (over.has(index) || atWork.has(index)) continue
    const last = found.get(index)
    if (!last || (failuresBefore(last) <= failuresBefore(pod) && finishedAt(last) <= finishedAt(pod)))
      found.set(index, pod)
  }
  return found
}
