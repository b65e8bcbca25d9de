import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { validatingPolicyColumns } from '../columns.ts'
import { defaultPolicy } from '../defaults.ts'
import { validatingAdmissionPolicies } from './resource.ts'

/** Large, since there are expressions to be checked, and needed by who writes policies alone. */
let checks: typeof import('../validate/policy.ts') | undefined

export const validatingAdmissionPolicy = kind({
  resource: validatingAdmissionPolicies,
  subresources: { status },
  defaults: defaultPolicy,
  load: async () => {
    checks ??= await import('../validate/policy.ts')
  },
  validate: {
    create: (policy) => checks!.validatePolicyCreate(policy),
    update: (policy, old) => checks!.validatePolicyUpdate(policy, old),
    status: (policy, old) => checks!.validatePolicyStatus(policy, old),
  },
  generation: ({ spec }) => spec,
  isConditional: true,
  columns: validatingPolicyColumns,
})
