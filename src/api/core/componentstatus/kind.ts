import { kind } from '#api/catalogue/kind.ts'
import { componentStatusColumns } from './columns.ts'
import { componentStatuses } from './resource.ts'

export const componentStatus = kind({
  resource: componentStatuses,
  isMeasured: true,
  verbs: ['get', 'list'],
  columns: componentStatusColumns,
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
})
