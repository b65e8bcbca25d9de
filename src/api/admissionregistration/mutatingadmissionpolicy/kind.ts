import { kind } from '#api/catalogue/kind.ts'
import { mutatingPolicyColumns } from '../columns.ts'
import { defaultPolicy } from '../defaults.ts'
import { mutatingAdmissionPolicies } from './resource.ts'

export const mutatingAdmissionPolicy = kind({
  resource: mutatingAdmissionPolicies,
  defaults: defaultPolicy,
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: mutatingPolicyColumns,
})
