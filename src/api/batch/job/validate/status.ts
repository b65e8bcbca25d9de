import { duplicate, type FieldError, invalid, invalidWhole, required } from '#api/validation/field-error.ts'
import { validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative } from '#api/validation/names.ts'
import { findCondition, hasCondition } from '#objects/conditions.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { overlapOf, readIndexes } from '../indexes.ts'
import type { Job, JobStatus } from '../message.ts'
import { shownUncounted } from './shown.ts'

const CONDITIONS = 'status.conditions'

const isFinished = (job: Job): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed')

/**
 * Checks what is reported of a Job: also by controllers that are not of this house, so that who waits for its end may
 * rely on it. What was wrong before and is not touched is let be.
 */
export const validateJobStatusUpdate = (job: Job, old: Job): readonly FieldError[] => {
  const status: JobStatus = job.status ?? {}
  const before: JobStatus = old.status ?? {}
  const changed = (name: keyof JobStatus): boolean => !jsonEqual(status[name] ?? null, before[name] ?? null)
  const turned = (...types: readonly string[]): boolean =>
    types.some((type) => hasCondition(job, type) !== hasCondition(old, type))
  const hasEnded = isFinished(job) !== isFinished(old)
  const isComplete = hasCondition(job, 'Complete')
  const when = (is: boolean, error: () => FieldError): readonly FieldError[] => (is ? [error()] : [])
  return [
    ...validateMetadataUpdate(job.metadata, old.metadata),
    ...checkCounts(status),
    ...when(turned('Complete', 'Failed') && isComplete && hasCondition(job, 'Failed'), () =>
      invalidWhole(CONDITIONS, 'cannot set Complete=True and Failed=true conditions'),
    ),
    ...when(turned('Complete', 'FailureTarget') && isComplete && hasCondition(job, 'FailureTarget'), () =>
      invalidWhole(CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions'),
    ),
    ...checkTimes(job, turned('Complete') || changed('completionTime'), changed('startTime')),
    ...when(
      turned('Failed', 'FailureTarget') && hasCondition(job, 'Failed') && !hasCondition(job, 'FailureTarget'),
      () => invalidWhole(CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition'),
    ),
    ...when(turned('Complete', 'SuccessCriteriaMet') && isComplete && !hasCondition(job, 'SuccessCriteriaMet'), () =>
      invalidWhole(CONDITIONS, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'),
    ),
    ...(isFinished(job) ? checkEnd(status, (name) => hasEnded || changed(name)) : []),
    ...checkIndexes(job, changed('completedIndexes'), changed('failedIndexes')),
    ...when((hasEnded || changed('terminating')) && isFinished(job) && (status.terminating ?? 0) > 0, () =>
      invalid('status.terminating', status.terminating, 'terminating>0 is invalid for finished job'),
    ),
    ...when((changed('ready') || changed('active')) && (status.ready ?? 0) > (status.active ?? 0), () =>
      invalid('status.ready', status.ready, 'cannot set more ready pods than active'),
    ),
    ...checkOutcome(job),
    ...checkProgress(job, old),
  ]
}

const checkCounts = (status: JobStatus): readonly FieldError[] => [
  ...(['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((name) =>
    checkNonNegative(status[name], `status.${name}`),
  ),
  ...checkUncounted(status.uncountedTerminatedPods),
]

const checkUncounted = ({ succeeded = [], failed = [] }: JobStatus['uncountedTerminatedPods'] = {}) => {
  const seen = new Set<string>()
  const check = (uids: readonly string[], name: string): readonly FieldError[] =>
    uids.flatMap((uid, index) => {
      const at = `status.uncountedTerminatedPods.${name}[${index}]`
      if (uid === '') return [invalid(at, uid, 'must not be empty')]
      if (seen.has(uid)) return [duplicate(at, uid)]
      seen.add(uid)
      return []
    })
  return [...check(succeeded, 'succeeded'), ...check(failed, 'failed')]
}

const checkTimes = (job: Job, ofCompletion: boolean, ofStart: boolean): readonly FieldError[] => {
  const { startTime, completionTime } = job.status ?? {}
  const at = 'status.completionTime'
  const isComplete = hasCondition(job, 'Complete')
  const errors: FieldError[] = []
  if (ofCompletion && completionTime !== undefined && !isComplete)
    errors.push(invalid(at, completionTime, 'cannot set completionTime when there is no Complete=True condition'))
  if (ofCompletion && completionTime === undefined && isComplete)
    errors.push(required(at, 'completionTime is required for Complete jobs'))
  if ((ofStart || ofCompletion) && startTime !== undefined && completionTime !== undefined)
    if (Date.parse(completionTime) < Date.parse(startTime))
      errors.push(invalid(at, completionTime, 'completionTime cannot be set before startTime'))
  return errors
}

const checkEnd = (status: JobStatus, matters: (name: keyof JobStatus) => boolean): readonly FieldError[] => {
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status
  const errors: FieldError[] = []
  if (matters('active') && active > 0)
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'))
  if (matters('startTime') && startTime === undefined)
    errors.push(required('status.startTime', 'startTime is required for finished job'))
  if (matters('uncountedTerminatedPods') && uncounted !== undefined)
    if ((uncounted.succeeded ?? []).length + (uncounted.failed ?? []).length > 0)
      errors.push(
        invalid(
          'status.uncountedTerminatedPods',
          shownUncounted(uncounted),
          'uncountedTerminatedPods needs to be empty for finished job',
        ),
      )
  return errors
}

const checkIndexes = ({ spec, status }: Job, ofCompleted: boolean, ofFailed: boolean): readonly FieldError[] => {
  const { completions, backoffLimitPerIndex, completionMode } = spec ?? {}
  const { completedIndexes = '', failedIndexes } = status ?? {}
  const errors: FieldError[] = []
  const completed = readIndexes(completedIndexes, completions ?? Infinity)
  const failed = readIndexes(failedIndexes ?? '', completions ?? Infinity)
  const refuse = (name: string, value: string, detail: string) => errors.push(invalid(`status.${name}`, value, detail))
  if (ofCompleted && completions !== undefined && 'problem' in completed)
    refuse('completedIndexes', completedIndexes, `error parsing completedIndexes: ${completed.problem}`)
  if (ofFailed && completions !== undefined && backoffLimitPerIndex !== undefined && 'problem' in failed)
    refuse('failedIndexes', failedIndexes!, `error parsing failedIndexes: ${failed.problem}`)
  if (ofCompleted && completedIndexes !== '' && completionMode !== 'Indexed')
    refuse(
      'completedIndexes',
      completedIndexes,
      'cannot set non-empty completedIndexes when non-indexed completion mode',
    )
  if (ofFailed && backoffLimitPerIndex === undefined && failedIndexes !== undefined)
    refuse('failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
  if ((ofFailed || ofCompleted) && completions !== undefined && 'intervals' in completed && 'intervals' in failed) {
    const index = overlapOf(completed.intervals, failed.intervals)
    if (index !== undefined)
      refuse('failedIndexes', failedIndexes!, `failedIndexes and completedIndexes overlap at index: ${index}`)
  }
  return errors
}

const checkOutcome = (job: Job): readonly FieldError[] => {
  const isMet = hasCondition(job, 'SuccessCriteriaMet')
  const errors: FieldError[] = []
  for (const [type, shown] of [
    ['Failed', 'Failed'],
    ['FailureTarget', 'FailureTarget'],
  ] as const)
    if (isMet && hasCondition(job, type))
      errors.push(invalidWhole(CONDITIONS, `cannot set SuccessCriteriaMet=True and ${shown}=true conditions`))
  if (job.spec?.successPolicy !== undefined && !isMet && hasCondition(job, 'Complete'))
    errors.push(
      invalidWhole(CONDITIONS, 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'),
    )
  return errors
}

const checkProgress = (job: Job, old: Job): readonly FieldError[] => {
  const { spec, status = {} } = job
  const before = old.status ?? {}
  const errors: FieldError[] = []
  for (const type of ['Failed', 'Complete', 'FailureTarget'])
    if (hasCondition(old, type) && !hasCondition(job, type))
      errors.push(invalidWhole(CONDITIONS, `cannot disable the terminal ${type}=True condition`))
  if ((status.failed ?? 0) < (before.failed ?? 0))
    errors.push(invalid('status.failed', status.failed ?? 0, 'cannot decrease the failed counter'))
  // One that can be made smaller has fewer successes then.
  const mayShrink = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism
  if (!mayShrink && (status.succeeded ?? 0) < (before.succeeded ?? 0))
    errors.push(invalid('status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter'))
  const { completionTime } = status
  if (completionTime !== undefined && before.completionTime !== undefined && completionTime !== before.completionTime)
    errors.push(invalid('status.completionTime', completionTime, 'completionTime cannot be mutated'))
  // One that goes on after it was suspended starts anew.
  const isResumed = hasCondition(old, 'Suspended') && findCondition(status.conditions, 'Suspended')?.status === 'False'
  if (before.startTime !== undefined && before.startTime !== status.startTime && !spec?.suspend && !isResumed)
    errors.push(
      invalid('status.startTime', status.startTime ?? null, 'field is immutable for unsuspended job once set'),
    )
  if (hasCondition(old, 'SuccessCriteriaMet') && !hasCondition(job, 'SuccessCriteriaMet'))
    errors.push(invalidWhole(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'))
  if (
    hasCondition(old, 'Complete') &&
    !hasCondition(old, 'SuccessCriteriaMet') &&
    hasCondition(job, 'SuccessCriteriaMet')
  )
    errors.push(
      invalidWhole(CONDITIONS, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'),
    )
  return errors
}
