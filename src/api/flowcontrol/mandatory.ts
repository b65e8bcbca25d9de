import type { FlowSchema } from './flowschema/message.ts'
import type { PriorityLevelConfiguration } from './prioritylevelconfiguration/message.ts'

type Fixed<T extends { readonly spec?: unknown }> = { readonly [name: string]: NonNullable<T['spec']> }
type Rules = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number]

const EVERYTHING = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}

/** All that these groups ask for. */
const allOf = (...groups: readonly string[]): Rules => ({
  subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
  ...EVERYTHING,
})

/** What every cluster has, and nobody may change: whose requests never wait, and what is left over. */
export const MANDATORY_SCHEMAS: Fixed<FlowSchema> = {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [allOf('system:masters')],
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: 10_000,
    distinguisherMethod: { type: 'ByUser' },
    rules: [allOf('system:unauthenticated', 'system:authenticated')],
  },
}

/** The levels of these; of `exempt` the shares may be changed. */
export const MANDATORY_LEVELS: Fixed<PriorityLevelConfiguration> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
  },
}
