import { kind } from '#api/catalogue/kind.ts'
import { pathSegment } from '#api/validation/names.ts'
import { roleColumns } from '../columns.ts'
import { clusterRoles } from './resource.ts'

export const clusterRole = kind({
  resource: clusterRoles,
  names: pathSegment,
  isCreatedByPut: true,
  isInert: true,
  columns: roleColumns,
})
