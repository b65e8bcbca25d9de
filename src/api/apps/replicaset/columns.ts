import { images, names } from '#api/apps/workload/columns.ts'
import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import { formatSelector } from '#api/table/label-text.ts'
import type { ReplicaSet } from './message.ts'

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  NAME,
  column('Desired', 'Pods wanted.', ({ spec }) => spec?.replicas ?? 0, 'integer'),
  column('Current', 'Pods there are.', ({ status }) => status?.replicas ?? 0, 'integer'),
  column('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template?.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template?.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]
