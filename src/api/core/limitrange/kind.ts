import { kind } from '#api/catalogue/kind.ts'
import { limitRangeColumns } from './columns.ts'
import { defaultLimitRange } from './defaults.ts'
import { limitRanges } from './resource.ts'
import { validateLimitRangeCreate, validateLimitRangeUpdate } from './validate.ts'

export const limitRange = kind({
  resource: limitRanges,
  defaults: defaultLimitRange,
  validate: { create: validateLimitRangeCreate, update: validateLimitRangeUpdate },
  isCreatedByPut: true,
  columns: limitRangeColumns,
})
