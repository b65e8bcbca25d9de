import type { Draft } from '#schema/defaulting.ts'
import { defaultJobTemplate } from '../job/defaults.ts'
import type { CronJob } from './message.ts'

/** Fills in Kubernetes' CronJob defaults, in place. What a Job is given by default it is given when it is made. */
export const defaultCronJob = (cronJob: Draft<CronJob>): void => {
  cronJob.spec ??= { schedule: '', jobTemplate: {} }
  const { spec } = cronJob
  spec.concurrencyPolicy ||= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= 3
  spec.failedJobsHistoryLimit ??= 1
  spec.jobTemplate ??= {}
  spec.jobTemplate.spec ??= { template: {} }
  defaultJobTemplate(spec.jobTemplate.spec)
}
