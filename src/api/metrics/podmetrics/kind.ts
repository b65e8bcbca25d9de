import { kind } from '#api/catalogue/kind.ts'
import { podMetricsColumns } from './columns.ts'
import { podMetrics } from './resource.ts'

export const podMetricsKind = kind({
  resource: podMetrics,
  isMeasured: true,
  verbs: ['get', 'list'],
  columns: podMetricsColumns,
})
