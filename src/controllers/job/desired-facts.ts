import type { Job } from '#api/batch/job/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'

/** A finalizer of a pod: its end has not been counted yet. */
export const TRACKING = 'batch.kubernetes.io/job-tracking'
/** Annotation and label. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index'
const JOB_CONTROLLER = 'kubernetes.io/job-controller'

/** Somebody else acts on the Job. */
export const isManagedByOther = ({ spec }: Job): boolean =>
  spec?.managedBy !== undefined && spec.managedBy !== JOB_CONTROLLER

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed'

export const isSuspended = ({ spec }: Job): boolean => spec?.suspend === true

/** Of an indexed Job, as many indexes. */
export const completionsOf = ({ spec }: Job): number => spec?.completions ?? 0

export const hasLimitPerIndex = (job: Job): boolean => isIndexed(job) && job.spec?.backoffLimitPerIndex !== undefined

/** A pod that is ending is replaced when it has ended, and not before. */
export const replacesOnlyFailed = ({ spec }: Job): boolean =>
  spec?.podReplacementPolicy === 'Failed' || spec?.podFailurePolicy !== undefined

export const isTracked = ({ metadata }: Pod): boolean => metadata?.finalizers?.includes(TRACKING) ?? false

/** The pod's index, where it has one below `completions`. */
export const indexOf = ({ metadata }: Pod, completions = Number.POSITIVE_INFINITY): number | undefined => {
  const text = metadata?.annotations?.[COMPLETION_INDEX] ?? ''
  if (!/^\d+$/.test(text)) return undefined
  const index = Number(text)
  return index < completions ? index : undefined
}

export const hasSucceeded = ({ status }: Pod): boolean => status?.phase === 'Succeeded'

/** One that is told to end counts as failed, since it may never say so; where only failed ones are replaced, it is waited for. */
export const hasFailed = (pod: Pod, job: Job): boolean => {
  if (pod.status?.phase === 'Failed') return true
  return !replacesOnlyFailed(job) && isLeaving(pod) && !hasSucceeded(pod)
}
