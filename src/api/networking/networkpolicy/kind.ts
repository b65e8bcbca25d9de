import { kind } from '#api/catalogue/kind.ts'
import { AGE, column, NAME } from '#api/table/column.ts'
import { formatSelector } from '#api/table/label-text.ts'
import { defaultNetworkPolicy } from './defaults.ts'
import type { NetworkPolicy } from './message.ts'
import { networkPolicies } from './resource.ts'
import { validateNetworkPolicyCreate, validateNetworkPolicyUpdate } from './validate.ts'
import { networkPolicyWarnings } from './warnings.ts'

export const networkPolicy = kind({
  resource: networkPolicies,
  descriptions: () => import('./descriptions.ts'),
  defaults: defaultNetworkPolicy,
  validate: { create: validateNetworkPolicyCreate, update: validateNetworkPolicyUpdate },
  generation: ({ spec }) => spec ?? {},
  columns: [
    NAME,
    column('Pod-Selector', 'The pods that it is about.', ({ spec }: NetworkPolicy) =>
      formatSelector(spec?.podSelector),
    ),
    AGE,
  ],
  warnings: networkPolicyWarnings,
})
