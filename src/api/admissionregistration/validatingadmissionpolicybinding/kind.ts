import { kind } from '#api/catalogue/kind.ts'
import { policyBindingColumns } from '../columns.ts'
import { defaultPolicyBinding } from '../defaults.ts'
import { validatingAdmissionPolicyBindings } from './resource.ts'

export const validatingAdmissionPolicyBinding = kind({
  resource: validatingAdmissionPolicyBindings,
  defaults: defaultPolicyBinding,
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: policyBindingColumns,
})
