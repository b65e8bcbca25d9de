import { kind } from '#api/catalogue/kind.ts'
import { mutatingPolicyColumns } from '../columns.ts'
import { defaultPolicy } from '../defaults.ts'
import { mutatingAdmissionPolicies } from './resource.ts'

/** Large, since there are expressions to be checked, and needed by who writes policies alone. */
let checks: typeof import('../validate/mutating-policy.ts') | undefined

export const mutatingAdmissionPolicy = kind({
  resource: mutatingAdmissionPolicies,
  defaults: defaultPolicy,
  load: async () => {
    checks ??= await import('../validate/mutating-policy.ts')
  },
  validate: {
    create: (policy) => checks!.validateMutatingPolicyCreate(policy),
    update: (policy, old) => checks!.validateMutatingPolicyUpdate(policy, old),
  },
  generation: ({ spec }) => spec,
  isConditional: true,
  columns: mutatingPolicyColumns,
})
