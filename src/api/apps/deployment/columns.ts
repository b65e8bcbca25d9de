import { images, names } from '#api/apps/workload/columns.ts'
import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import { formatSelector } from '#api/table/label-text.ts'
import type { Deployment } from './message.ts'

export const deploymentColumns: readonly Column<Deployment>[] = [
  NAME,
  column(
    'Ready',
    'Pods that are ready, of all wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  column('Up-to-date', 'Pods made from the present template.', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', 'Pods that have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]
