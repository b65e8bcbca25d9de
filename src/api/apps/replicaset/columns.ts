import { replicaColumns } from '#api/apps/workload/columns.ts'
import { type Column, wide } from '#api/table/column.ts'
import { formatSelector } from '#api/table/label-text.ts'
import type { ReplicaSet } from './message.ts'

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  ...replicaColumns,
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]
