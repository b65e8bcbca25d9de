import { kind } from '#api/catalogue/kind.ts'
import { pathSegment } from '#api/validation/names.ts'
import { roleColumns } from '../columns.ts'
import { withoutEmptyRules } from '../prepare.ts'
import { validateRoleCreate, validateRoleUpdate } from '../validate-role.ts'
import { roles } from './resource.ts'

export const role = kind({
  resource: roles,
  names: pathSegment,
  prepare: { create: withoutEmptyRules, update: withoutEmptyRules },
  validate: { create: validateRoleCreate, update: validateRoleUpdate },
  isCreatedByPut: true,
  columns: roleColumns,
  descriptions: () => import('../descriptions.ts'),
})
