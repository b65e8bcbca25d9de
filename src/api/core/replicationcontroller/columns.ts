import { replicaColumns } from '#api/apps/workload/columns.ts'
import { type Column, wide } from '#api/table/column.ts'
import { formatLabels } from '#api/table/label-text.ts'
import type { ReplicationController } from './message.ts'

export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  ...replicaColumns,
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatLabels(spec?.selector)),
]
