import { kind } from '#api/catalogue/kind.ts'
import { nodeMetricsColumns } from './columns.ts'
import { nodeMetrics } from './resource.ts'

export const nodeMetricsKind = kind({
  resource: nodeMetrics,
  isMeasured: true,
  verbs: ['get', 'list'],
  columns: nodeMetricsColumns,
})
