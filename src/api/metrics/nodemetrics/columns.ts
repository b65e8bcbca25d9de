import { type Column, column, NAME } from '#api/table/column.ts'
import type { NodeMetrics } from './message.ts'

export const nodeMetricsColumns: readonly Column<NodeMetrics>[] = [
  NAME,
  column('CPU', 'Processors, in cores.', ({ usage }) => usage?.cpu ?? ''),
  column('Memory', 'Memory that is worked with, in octets.', ({ usage }) => usage?.memory ?? ''),
  column('Window', 'The time over which processors were measured.', ({ window }) => window ?? ''),
]
