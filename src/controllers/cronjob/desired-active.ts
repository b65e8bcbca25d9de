import type { CronJob } from '#api/batch/cronjob/message.ts'
import type { Job } from '#api/batch/job/message.ts'
import { millisecondsOf } from '../values/time.ts'
import type { Remark } from './desired-schedule.ts'

type Status = NonNullable<CronJob['status']>
export type ActiveJob = NonNullable<Status['active']>[number]

/** `Complete` or `Failed`, where it has ended. */
const endOf = ({ status }: Job): string | undefined =>
  status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.type

export const referenceTo = ({ metadata }: Job): ActiveJob => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  namespace: metadata?.namespace,
  name: metadata?.name,
  uid: metadata?.uid,
  resourceVersion: metadata?.resourceVersion,
})

interface Account {
  readonly status: Status
  readonly remarks: readonly Remark[]
  /** Unfinished Jobs of its own that its status does not name. */
  readonly strays: readonly Job[]
  /** Named by its status, and not among its Jobs. */
  readonly missing: readonly ActiveJob[]
}

/** What has become of a CronJob's Jobs. */
export const accountFor = (cronJob: CronJob, jobs: readonly Job[]): Account => {
  const active = cronJob.status?.active ?? []
  const isNamed = ({ metadata }: Job): boolean => active.some(({ uid }) => uid === metadata?.uid)
  const over = jobs.filter((job) => isNamed(job) && endOf(job) !== undefined)
  const { lastSuccessfulTime } = cronJob.status ?? {}
  const successes = jobs.filter((job) => endOf(job) === 'Complete').map(({ status }) => status?.completionTime)
  const last = [lastSuccessfulTime, ...successes].reduce((one, other) =>
    millisecondsOf(other) > millisecondsOf(one) ? other : one,
  )
  return {
    status: {
      ...cronJob.status,
      active: active.filter(({ uid }) => !over.some(({ metadata }) => metadata?.uid === uid)),
      lastSuccessfulTime: last,
    },
    remarks: over.map((job) => ({
      type: 'Normal',
      reason: 'SawCompletedJob',
      message: `Saw completed job: ${job.metadata?.name}, condition: ${endOf(job)}`,
    })),
    strays: jobs.filter((job) => !isNamed(job) && endOf(job) === undefined),
    missing: active.filter(({ uid }) => !jobs.some(({ metadata }) => metadata?.uid === uid)),
  }
}

/** Finished Jobs beyond those that are to be kept, the oldest first. */
export const surplusJobs = ({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] => {
  const beyond = (end: string, most: number | undefined): readonly Job[] => {
    const ended = jobs.filter((job) => endOf(job) === end).sort(byStart)
    return most === undefined ? [] : ended.slice(0, Math.max(0, ended.length - most))
  }
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)]
}

const byStart = (a: Job, b: Job): number => {
  const [one, other] = [a, b].map(({ status }) => millisecondsOf(status?.startTime) || Number.MAX_SAFE_INTEGER)
  return one! - other! || ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1)
}
