import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { validatingPolicyColumns } from '../columns.ts'
import { defaultPolicy } from '../defaults.ts'
import { validatingAdmissionPolicies } from './resource.ts'

export const validatingAdmissionPolicy = kind({
  resource: validatingAdmissionPolicies,
  subresources: { status },
  defaults: defaultPolicy,
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: validatingPolicyColumns,
})
