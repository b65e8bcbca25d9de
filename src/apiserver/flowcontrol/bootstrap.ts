import type { FlowSchema } from '#api/flowcontrol/flowschema/message.ts'
import { flowSchemas } from '#api/flowcontrol/flowschema/resource.ts'
import { MANDATORY_LEVELS, MANDATORY_SCHEMAS } from '#api/flowcontrol/mandatory.ts'
import type { PriorityLevelConfiguration } from '#api/flowcontrol/prioritylevelconfiguration/message.ts'
import { priorityLevelConfigurations } from '#api/flowcontrol/prioritylevelconfiguration/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import { danglingCondition } from './dangling.ts'

type Rules = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number]

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' }

/** Who waits where: shares of all seats, how much of them may be lent, and queues, of which a request is dealt a hand. */
const LEVELS: readonly (readonly [name: string, shares: number, lendable: number, queues?: number, hand?: number])[] = [
  ['global-default', 20, 50, 128, 6],
  ['leader-election', 10, 0, 16, 4],
  ['node-high', 40, 25, 64, 6],
  ['system', 30, 33, 64, 6],
  ['workload-high', 40, 50, 128, 6],
  ['workload-low', 100, 90, 128, 6],
]

const levelOf = ([name, shares, lendable, queues, handSize]: (typeof LEVELS)[number]): PriorityLevelConfiguration => ({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  metadata: { name, annotations },
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      limitResponse:
        queues === undefined
          ? { type: 'Reject' }
          : { type: 'Queue', queuing: { queues, handSize: handSize!, queueLengthLimit: 50 } },
      lendablePercent: lendable,
    },
  },
})

const FIXED = Object.entries(MANDATORY_LEVELS).map(
  ([name, spec]): PriorityLevelConfiguration => ({
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name, annotations },
    spec,
  }),
)

const groups = (...names: readonly string[]): Rules['subjects'] =>
  names.map((name) => ({ kind: 'Group', group: { name } }))
const users = (...names: readonly string[]): Rules['subjects'] =>
  names.map((name) => ({ kind: 'User', user: { name } }))
const SYSTEM_ACCOUNTS: NonNullable<Rules['subjects']> = [
  { kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } },
]
const EVERYBODY = groups('system:unauthenticated', 'system:authenticated')
const [MANAGER, SCHEDULER] = ['system:kube-controller-manager', 'system:kube-scheduler']

const resourceRule = (verbs: string, apiGroup: string, resources: string, clusterScope: boolean) => ({
  verbs: verbs.split(' '),
  apiGroups: [apiGroup],
  resources: resources.split(' '),
  ...(clusterScope ? { clusterScope } : {}),
  namespaces: ['*'],
})
const LEASES = 'coordination.k8s.io'
const all = (subjects: Rules['subjects']): Rules => ({
  subjects: subjects!,
  resourceRules: [resourceRule('*', '*', '*', true)],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
})

/** Which requests are of one kind: those with less come first. */
const SCHEMAS: readonly (readonly [name: string, level: string, precedence: number, by: string, rules: Rules])[] = [
  [
    'probes',
    'exempt',
    2,
    '',
    {
      subjects: EVERYBODY!,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    {
      subjects: [...users(MANAGER, SCHEDULER)!, ...SYSTEM_ACCOUNTS],
      resourceRules: [resourceRule('get create update', LEASES, 'leases', false)],
    },
  ],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    {
      subjects: groups('system:nodes')!,
      resourceRules: [resourceRule('*', '', 'nodes nodes/status', true), resourceRule('*', LEASES, 'leases', false)],
    },
  ],
  ['system-nodes', 'system', 500, 'ByUser', all(groups('system:nodes'))],
  ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', all(users(MANAGER))],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', all(users(SCHEDULER))],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', all(SYSTEM_ACCOUNTS)],
  ['service-accounts', 'workload-low', 9000, 'ByUser', all(groups('system:serviceaccounts'))],
  ['global-default', 'global-default', 9900, 'ByUser', all(EVERYBODY)],
]

const schemaOf = ([name, level, matchingPrecedence, by, rules]: (typeof SCHEMAS)[number]): [
  name: string,
  spec: NonNullable<FlowSchema['spec']>,
] => [
  name,
  {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    ...(by ? { distinguisherMethod: { type: by } } : {}),
    rules: [rules],
  },
]

/** What every cluster has to tell requests apart by, as of `time`. */
export const bootstrapFlowControl = (time: string): readonly ResourceObject[] => [
  ...[...FIXED, ...LEVELS.map(levelOf)].map((object) => ({ resource: priorityLevelConfigurations, object })),
  ...[...Object.entries(MANDATORY_SCHEMAS), ...SCHEMAS.map(schemaOf)].map(([name, spec]): ResourceObject => {
    const object: FlowSchema = {
      apiVersion,
      kind: 'FlowSchema',
      metadata: { name, annotations },
      spec,
      status: { conditions: [danglingCondition(spec.priorityLevelConfiguration.name, true, time)] },
    }
    return { resource: flowSchemas, object }
  }),
]
