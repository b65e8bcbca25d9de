import { nameWarnings } from '#api/validation/name-warnings.ts'
import { jobTemplateWarnings } from '../job/warnings.ts'
import type { CronJob } from './message.ts'

export const cronJobWarnings = ({ metadata, spec }: CronJob, isNew = false): readonly string[] => [
  ...(isNew ? nameWarnings(metadata?.name) : []),
  ...jobTemplateWarnings(spec?.jobTemplate?.spec, 'spec.jobTemplate.spec'),
  ...(!isNew && spec?.schedule?.includes('TZ')
    ? [
        'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
      ]
    : []),
]
