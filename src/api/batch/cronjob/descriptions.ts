import { descriptions as job } from '#api/batch/job/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...job,
  CronJob: {
    about: 'A CronJob makes a Job at each time of its schedule.',
    fields: { spec: 'When, and which Job.', status: 'What it made. Written by the system.' },
  },
  CronJobSpec: {
    about: 'When Jobs are made, and of which kind.',
    fields: {
      schedule: 'Minute, hour, day, month and weekday, as cron writes them; @daily and the like; or @every 1h.',
      timeZone: 'Whose clock the schedule goes by, such as Europe/Berlin. Default: the control plane’s own.',
      startingDeadlineSeconds: 'How many seconds late a Job may be made; after them the time is missed.',
      concurrencyPolicy:
        'What becomes of a time while an earlier Job runs. Allow: both run. Forbid: the time is missed. Replace: the earlier one is ended.',
      suspend: 'No Jobs are made for now. Those that run go on.',
      jobTemplate: 'The Job that is made.',
      successfulJobsHistoryLimit: 'How many Jobs that succeeded are kept. Default 3.',
      failedJobsHistoryLimit: 'How many Jobs that failed are kept. Default 1.',
    },
  },
  JobTemplateSpec: {
    about: 'The Job that is made.',
    fields: { spec: 'What is to be done.' },
  },
  CronJobStatus: {
    about: 'What a CronJob made.',
    fields: {
      active: 'Its Jobs that run.',
      lastScheduleTime: 'The time of its schedule for which it last made a Job.',
      lastSuccessfulTime: 'When one of its Jobs last succeeded.',
    },
  },
}
