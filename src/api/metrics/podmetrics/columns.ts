import { type Column, column, NAME } from '#api/table/column.ts'
import type { PodMetrics } from './message.ts'
import { sumOf } from './sum.ts'

export const podMetricsColumns: readonly Column<PodMetrics>[] = [
  NAME,
  column('CPU', 'Processors of all its containers, in cores.', (pod) => sumOf(pod, 'cpu')),
  column('Memory', 'Memory that all its containers work with, in octets.', (pod) => sumOf(pod, 'memory')),
  column('Window', 'The time over which processors were measured.', ({ window }) => window ?? ''),
]
