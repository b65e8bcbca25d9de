import { kind } from '#api/catalogue/kind.ts'
import { limitRangeColumns } from './columns.ts'
import { defaultLimitRange } from './defaults.ts'
import { limitRanges } from './resource.ts'

export const limitRange = kind({
  resource: limitRanges,
  defaults: defaultLimitRange,
  isCreatedByPut: true,
  columns: limitRangeColumns,
})
