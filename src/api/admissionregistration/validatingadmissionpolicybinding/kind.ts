import { kind } from '#api/catalogue/kind.ts'
import { policyBindingColumns } from '../columns.ts'
import { defaultPolicyBinding } from '../defaults.ts'
import { validateBindingCreate, validateBindingUpdate } from '../validate/binding.ts'
import { validatingAdmissionPolicyBindings } from './resource.ts'

export const validatingAdmissionPolicyBinding = kind({
  resource: validatingAdmissionPolicyBindings,
  defaults: defaultPolicyBinding,
  validate: { create: validateBindingCreate, update: validateBindingUpdate },
  generation: ({ spec }) => spec,
  isConditional: true,
  columns: policyBindingColumns,
})
