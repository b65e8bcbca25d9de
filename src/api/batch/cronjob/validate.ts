import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkNonNegative, dnsSubdomain } from '#api/validation/names.ts'
import { validateJobTemplate } from '../job/validate/spec.ts'
import type { CronJob, CronJobSpec } from './message.ts'
import { parseSchedule, ScheduleError } from './schedule.ts'
import { timeZoneProblem } from './time-zone.ts'

/** Its Jobs are named after it, with eleven characters more. */
const LONGEST_NAME = 52
const POLICIES = ['Allow', 'Forbid', 'Replace']

export const validateCronJobCreate = (cronJob: CronJob): readonly FieldError[] => {
  const { name = '' } = cronJob.metadata ?? {}
  return [
    ...validateMetadata(cronJob.metadata, true, dnsSubdomain),
    ...validateSpec(cronJob.spec),
    ...(name.length > LONGEST_NAME
      ? [invalid('metadata.name', name, `must be no more than ${LONGEST_NAME} characters`)]
      : []),
  ]
}

export const validateCronJobUpdate = (cronJob: CronJob, old: CronJob): readonly FieldError[] => [
  ...validateMetadataUpdate(cronJob.metadata, old.metadata),
  ...validateSpec(cronJob.spec, old.spec),
]

export const validateCronJobStatusUpdate = (): readonly FieldError[] => []

const validateSpec = (given: CronJobSpec | undefined, old?: CronJobSpec): readonly FieldError[] => {
  const spec: CronJobSpec = given ?? { schedule: '', jobTemplate: {} }
  const { schedule, timeZone, concurrencyPolicy, jobTemplate } = spec
  const job = jobTemplate?.spec ?? { template: {} }
  const at = 'spec.jobTemplate.spec'
  return [
    ...(schedule ? checkSchedule(schedule, timeZone, old?.schedule.includes('TZ')) : [required('spec.schedule')]),
    ...checkNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'),
    ...(old === undefined || old.timeZone !== timeZone ? checkTimeZone(timeZone) : []),
    ...(concurrencyPolicy ? [] : [required('spec.concurrencyPolicy')]),
    ...(concurrencyPolicy && !POLICIES.includes(concurrencyPolicy)
      ? [notSupported('spec.concurrencyPolicy', concurrencyPolicy, POLICIES)]
      : []),
    ...validateJobTemplate(job, at),
    ...(job.selector === undefined
      ? []
      : [invalid(`${at}.selector`, job.selector, '`selector` will be auto-generated')]),
    ...(job.manualSelector ? [notSupported(`${at}.manualSelector`, true, ['nil', 'false'])] : []),
    ...checkNonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
    ...checkNonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
  ]
}

/** `hadZone`: it was written so before there was a field for it. */
const checkSchedule = (schedule: string, timeZone: string | undefined, hadZone = false): readonly FieldError[] => {
  const field = 'spec.schedule'
  const errors: FieldError[] = []
  const problem = scheduleProblem(schedule)
  if (problem !== undefined) errors.push(invalid(field, schedule, problem))
  if (!schedule.includes('TZ')) return errors
  if (!hadZone)
    errors.push(invalid(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'))
  else if (timeZone !== undefined)
    errors.push(invalid(field, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'))
  return errors
}

const scheduleProblem = (text: string): string | undefined => {
  try {
    const { timeZone } = parseSchedule(text)
    const problem = timeZone ? timeZoneProblem(timeZone) : undefined
    return problem && `provided bad location ${timeZone}: ${problem}`
  } catch (error) {
    if (error instanceof ScheduleError) return error.message
    throw error
  }
}

const checkTimeZone = (timeZone: string | undefined): readonly FieldError[] => {
  const problem = timeZone === undefined ? undefined : timeZoneProblem(timeZone)
  return problem === undefined ? [] : [invalid('spec.timeZone', timeZone, problem)]
}
