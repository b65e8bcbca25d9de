import { kind } from '#api/catalogue/kind.ts'
import { pathSegment } from '#api/validation/names.ts'
import { roleColumns } from '../columns.ts'
import { roles } from './resource.ts'

export const role = kind({
  resource: roles,
  names: pathSegment,
  isCreatedByPut: true,
  isInert: true,
  columns: roleColumns,
})
