import type { JobStatus } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
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
import { Indexes } from './desired-indexes.ts'
import { judgeFailure } from './desired-policy.ts'
import { condition, type countPods, type JobCondition, type JobView } from './desired-view.ts'

/** So many uids of pods stand in a status at most. */
const MOST_UNCOUNTED = 500

/** What is said of a Job before its pods may go, so that no end is lost and none is counted twice. */
interface JobReport {
  readonly status: JobStatus
  /** Of these the finalizer goes, once the status is written. */
  readonly free: readonly Pod[]
  /** What is said in the end, when all are counted and gone. */
  readonly verdict: JobCondition | undefined
  /** Set on or off just now. */
  readonly suspension: 'Suspended' | 'Resumed' | undefined
}

/** `counts`: of its pods, after they were seen to; `isClear`: nothing failed about them; `managed`: they were. */
export const reportJob = (
  view: JobView,
  counts: ReturnType<typeof countPods>,
  isClear: boolean,
  managed: boolean,
): JobReport => {
  const { job, now } = view
  const end = isClear ? (view.end ?? completionOf(view, counts.active)) : undefined
  const before = job.status?.conditions ?? []
  const suspended = !view.end && !end && managed ? suspensionOf(view) : undefined
  const conditions = suspended ? withOne(before, suspended) : before
  const { active, ready, terminating } = counts
  const { status, free, isWhole } = trackEnds(view, end, {
    ...job.status,
    active: active || undefined,
    ready,
    terminating,
    startTime: suspended ? startAfter(suspended) : view.startTime,
    conditions: end && end.type !== 'Failed' ? withOne(conditions, end) : conditions,
  })
  return {
    status,
    free,
    verdict: isWhole && end ? verdictOf(end, now) : undefined,
    suspension: suspended && (suspended.reason === 'JobResumed' ? 'Resumed' : 'Suspended'),
  }
}

/** As many have succeeded as are to, and none is at work any more. */
const completionOf = ({ job, succeeded, now }: JobView, active: number): JobCondition | undefined =>
  succeeded >= Math.max(job.spec?.completions ?? 1, 0) && active === 0
    ? condition('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods', now)
    : undefined

const verdictOf = ({ type, reason = '', message = '' }: JobCondition, now: number): JobCondition =>
  condition(type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed', reason, message, now)

const suspensionOf = ({ job, now }: JobView): JobCondition | undefined => {
  const found = findCondition(job.status?.conditions, 'Suspended')
  if (isSuspended(job))
    return found?.status === 'True' ? undefined : condition('Suspended', 'JobSuspended', 'Job suspended', now)
  if (found?.status !== 'True') return undefined
  return { ...condition('Suspended', 'JobResumed', 'Job resumed', now), status: 'False' }
}

/** Who suspends a Job lets it begin anew later: its deadline counts from when it was resumed. */
const startAfter = ({ status, lastTransitionTime }: JobCondition): string | undefined =>
  status === 'True' ? undefined : lastTransitionTime

/** In its place where the type stands already, unchanged where nothing but the time differs. */
const withOne = (conditions: readonly JobCondition[], next: JobCondition): readonly JobCondition[] => {
  const before = findCondition(conditions, next.type)
  if (!before) return [...conditions, next]
  const { status, reason, message } = before
  if (status === next.status && reason === next.reason && message === next.message) return conditions
  return conditions.map((one) => (one === before ? next : one))
}

const trackEnds = (view: JobView, end: JobCondition | undefined, given: JobStatus) => {
  const { job, pods, completed, failed } = view
  const status = countEnds(given, pods)
  const before = Indexes.parse(job.status?.completedIndexes, completionsOf(job))
  const uncounted = {
    succeeded: [...(status.uncountedTerminatedPods?.succeeded ?? [])],
    failed: [...(status.uncountedTerminatedPods?.failed ?? [])],
  }
  const hasSuccess = end?.type === 'SuccessCriteriaMet'
  const free: Pod[] = []
  let isWhole = true
  let newIndexes = 0
  for (const pod of pods) {
    if (!isTracked(pod) || !mayGo(view, end, pod)) continue
    free.push(pod)
    const uid = pod.metadata!.uid!
    const index = indexOf(pod, completionsOf(job))
    if (uncounted.failed.includes(uid)) continue
    if (hasSucceeded(pod)) {
      if (isIndexed(job)) newIndexes += index !== undefined && !before.has(index) ? 1 : 0
      else if (!uncounted.succeeded.includes(uid)) uncounted.succeeded.push(uid)
    } else if (hasFailed(pod, job) || (end && !hasSuccess)) {
      const isOne = !isIndexed(job) || index !== undefined
      if (isOne && judgeFailure(job, pod).counts) uncounted.failed.push(uid)
    }
    isWhole = newIndexes + uncounted.succeeded.length + uncounted.failed.length < MOST_UNCOUNTED
    if (!isWhole) break
  }
  return {
    free,
    isWhole,
    status: {
      ...status,
      uncountedTerminatedPods: uncounted,
      ...(isIndexed(job)
        ? { succeeded: completed.count || undefined, completedIndexes: completed.toString() || undefined }
        : {}),
      ...(hasLimitPerIndex(job) ? { failedIndexes: failed.toString() } : {}),
    },
  }
}

/** Whether the pod's end is known, and nobody needs it any more. */
const mayGo = ({ job, delayed }: JobView, end: JobCondition | undefined, pod: Pod): boolean => {
  if (isLeaving(job) || end || hasSucceeded(pod)) return true
  if (!hasFailed(pod, job)) return false
  return ![...delayed.values()].some(({ metadata }) => metadata?.uid === pod.metadata?.uid)
}

/** Counts those whose finalizer has gone: `pods` are all that are there. */
export const countEnds = (status: JobStatus, pods: readonly Pod[]): JobStatus => {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata!.uid!))
  const left = (uids: readonly string[]) => uids.filter((uid) => tracked.has(uid))
  const count = (before: number | undefined, uids: readonly string[]) =>
    (before ?? 0) + uids.length - left(uids).length || undefined
  return {
    ...status,
    succeeded: count(status.succeeded, succeeded),
    failed: count(status.failed, failed),
    uncountedTerminatedPods: { succeeded: left(succeeded), failed: left(failed) },
  }
}

/** The last word about a Job, once every end is counted and no pod is ending; undefined: not yet. */
export const finishJob = (status: JobStatus, verdict: JobCondition | undefined): JobStatus | undefined => {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  if (!verdict || succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined
  return {
    ...status,
    conditions: withOne(status.conditions ?? [], verdict),
    ...(verdict.type === 'Complete' ? { completionTime: verdict.lastTransitionTime } : {}),
  }
}
