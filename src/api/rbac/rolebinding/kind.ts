import { kind } from '#api/catalogue/kind.ts'
import { pathSegment } from '#api/validation/names.ts'
import { bindingColumns } from '../columns.ts'
import { defaultBinding } from '../defaults.ts'
import { validateBindingCreate, validateBindingUpdate } from '../validate-binding.ts'
import { roleBindings } from './resource.ts'

export const roleBinding = kind({
  resource: roleBindings,
  defaults: defaultBinding,
  names: pathSegment,
  validate: { create: validateBindingCreate, update: validateBindingUpdate },
  isCreatedByPut: true,
  columns: bindingColumns,
})
