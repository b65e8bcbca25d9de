import type { CronJob } from '#api/batch/cronjob/message.ts'
import type { Job } from '#api/batch/job/message.ts'
import { timeText } from '#api/time-text.ts'
import { controllerReference } from '#objects/owner-reference.ts'

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

/** The Job of one of its times (ms since the epoch), which the name tells: none is made twice. */
export const makeScheduledJob = (cronJob: CronJob, at: number): Job => {
  const { metadata, spec } = cronJob.spec?.jobTemplate ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cronJob.metadata?.name}-${Math.floor(at / 60_000)}`,
      namespace: cronJob.metadata?.namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      annotations: { ...metadata?.annotations, [SCHEDULED_AT]: zonedText(at, cronJob.spec?.timeZone ?? 'UTC') },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  } as Job
}

/** RFC 3339, as the clocks of the time zone show it: `2026-01-01T01:00:00+01:00`. */
const zonedText = (at: number, timeZone: string): string => {
  if (timeZone === 'UTC') return timeText(at)
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
  if (!sign) return timeText(at)
  const shift = (sign === '+' ? 1 : -1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return `${timeText(at + shift).replace('Z', '')}${sign}${hours}:${minutes}`
}
