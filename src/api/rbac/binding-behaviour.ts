import { pathSegment } from '#api/validation/names.ts'
import { bindingColumns } from './columns.ts'
import { defaultBinding } from './defaults.ts'
import { validateBindingCreate, validateBindingUpdate } from './validate-binding.ts'

/** How a binding behaves, of a namespace or of the cluster. */
export const bindingBehaviour = {
  defaults: defaultBinding,
  names: pathSegment,
  validate: { create: validateBindingCreate, update: validateBindingUpdate },
  isCreatedByPut: true,
  columns: bindingColumns,
  descriptions: () => import('./descriptions.ts'),
}
