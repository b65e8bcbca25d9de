import { images, names } from '#api/apps/workload/columns.ts'
import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import type { StatefulSet } from './message.ts'

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  NAME,
  column(
    'Ready',
    'Pods that are ready, of all wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template.spec?.containers)),
]
