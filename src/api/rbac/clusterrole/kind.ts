import { kind } from '#api/catalogue/kind.ts'
import { pathSegment } from '#api/validation/names.ts'
import { roleColumns } from '../columns.ts'
import { withoutEmptyRules } from '../prepare.ts'
import { validateClusterRoleCreate, validateClusterRoleUpdate } from '../validate-role.ts'
import { clusterRoles } from './resource.ts'

export const clusterRole = kind({
  resource: clusterRoles,
  names: pathSegment,
  prepare: { create: withoutEmptyRules, update: withoutEmptyRules },
  validate: { create: validateClusterRoleCreate, update: validateClusterRoleUpdate },
  isCreatedByPut: true,
  columns: roleColumns,
  descriptions: () => import('../descriptions.ts'),
})
