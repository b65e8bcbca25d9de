import { images, names } from '#api/apps/workload/columns.ts'
import { AGE, type Column, column, NAME, orNone, wide } from '#api/table/column.ts'
import { since } from '#api/table/human-duration.ts'
import { formatSelector } from '#api/table/label-text.ts'
import type { CronJob } from './message.ts'

const SUSPENDED = { true: 'True', false: 'False', undefined: '<unset>' } as const

export const cronJobColumns: readonly Column<CronJob>[] = [
  NAME,
  column('Schedule', 'When it runs, as cron writes it.', ({ spec }) => spec?.schedule ?? ''),
  column('Timezone', 'Whose clock the schedule goes by.', ({ spec }) => orNone(spec?.timeZone)),
  column('Suspend', 'Whether it makes no Jobs for now.', ({ spec }) => SUSPENDED[`${spec?.suspend}`]),
  column('Active', 'Jobs that run now.', ({ status }) => status?.active?.length ?? 0, 'integer'),
  column('Last Schedule', 'Time since it last made a Job.', ({ status }, now) =>
    status?.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>',
  ),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) =>
    names(spec?.jobTemplate?.spec?.template?.spec?.containers),
  ),
  wide('Images', 'Images of the containers.', ({ spec }) =>
    images(spec?.jobTemplate?.spec?.template?.spec?.containers),
  ),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.jobTemplate?.spec?.selector)),
]
