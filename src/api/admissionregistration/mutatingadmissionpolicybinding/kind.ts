import { kind } from '#api/catalogue/kind.ts'
import { policyBindingColumns } from '../columns.ts'
import { defaultPolicyBinding } from '../defaults.ts'
import { validateBindingCreate, validateBindingUpdate } from '../validate/binding.ts'
import { mutatingAdmissionPolicyBindings } from './resource.ts'

export const mutatingAdmissionPolicyBinding = kind({
  resource: mutatingAdmissionPolicyBindings,
  defaults: defaultPolicyBinding,
  validate: { create: validateBindingCreate, update: validateBindingUpdate },
  generation: ({ spec }) => spec,
  isConditional: true,
  columns: policyBindingColumns,
})
