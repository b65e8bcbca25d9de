import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'

type Schema = Readonly<Record<string, unknown>>

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more })
const oneField = { minProperties: 1, maxProperties: 1 }

const selector = (description: string): Schema => ({
  type: 'object',
  description,
  'x-kubernetes-map-type': 'atomic',
  properties: {
    matchLabels: {
      type: 'object',
      description: 'Labels that must be there, with these values.',
      additionalProperties: { type: 'string' },
    },
    matchExpressions: {
      type: 'array',
      description: 'What else must hold of the labels, all of it.',
      'x-kubernetes-list-type': 'atomic',
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: {
          key: text('The label.'),
          operator: text('In, NotIn, Exists or DoesNotExist.'),
          values: {
            type: 'array',
            description: 'For In and NotIn.',
            'x-kubernetes-list-type': 'atomic',
            items: { type: 'string' },
          },
        },
      },
    },
  },
})

const namespaces = selector('All pods of the namespaces with these labels; an empty selector means all namespaces.')
const pods: Schema = {
  type: 'object',
  description: 'Some pods of some namespaces.',
  required: ['podSelector'],
  properties: {
    namespaceSelector: selector('The namespaces; an empty selector means all.'),
    podSelector: selector('The pods in them; an empty selector means all.'),
  },
}
const number = { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 }
const port: Schema = {
  type: 'object',
  ...oneField,
  properties: {
    destinationPort: {
      type: 'object',
      description: 'One port, or a range of them.',
      ...oneField,
      properties: {
        number: { ...number, description: 'The port.' },
        range: {
          type: 'object',
          description: 'The ports from start to end, both included.',
          required: ['start', 'end'],
          properties: {
            start: { ...number, description: 'The first port.' },
            end: { ...number, description: 'The last port, greater than the first.' },
          },
          'x-kubernetes-validations': [
            { rule: 'self.start < self.end', message: 'Start port must be less than End port' },
          ],
        },
      },
    },
  },
}

const rule = (side: 'from' | 'to', peers: Schema, more: Schema = {}): Schema => ({
  type: 'object',
  required: ['action', side],
  properties: {
    name: text('What it is called where it is spoken of.', { maxLength: 100 }),
    action: text('Accept and Deny decide; Pass goes on to the next tier.', { enum: ['Accept', 'Deny', 'Pass'] }),
    [side]: {
      type: 'array',
      description: 'Whose traffic it is about; any of them.',
      minItems: 1,
      maxItems: 25,
      items: { type: 'object', ...oneField, ...peers },
    },
    protocols: {
      type: 'array',
      description: 'Which traffic it is about, any of it; left out: all.',
      minItems: 1,
      maxItems: 25,
      items: {
        type: 'object',
        ...oneField,
        properties: {
          tcp: { ...port, description: 'TCP.' },
          udp: { ...port, description: 'UDP.' },
          sctp: { ...port, description: 'SCTP.' },
          destinationNamedPort: text('A port by its name at the pod that is asked, of any protocol.'),
        },
      },
    },
  },
  ...more,
})

const ingressPeer = { namespaces, pods }
/** Said where it is asked for: nothing here acts on it. */
const DOMAIN_NAMES = 'domainNames is not supported: write the networks of those names'
const egressPeer = {
  ...ingressPeer,
  domainNames: {
    type: 'array',
    description: 'Not supported here: a policy that has them is refused.',
    minItems: 1,
    maxItems: 25,
    'x-kubernetes-list-type': 'set',
    items: { type: 'string', maxLength: 255 },
  },
  nodes: selector('The addresses of the nodes with these labels; an empty selector means all nodes.'),
  networks: {
    type: 'array',
    description: 'Ranges of addresses, those of pods too.',
    minItems: 1,
    maxItems: 25,
    'x-kubernetes-list-type': 'set',
    items: {
      type: 'string',
      maxLength: 43,
      'x-kubernetes-validations': [{ rule: 'isCIDR(self)', message: 'Invalid CIDR format provided' }],
    },
  },
}
const rules = (items: Schema): Schema => ({
  type: 'array',
  description: 'In their order: the first that is about some traffic says what becomes of it.',
  maxItems: 25,
  items,
})

const condition: Schema = {
  type: 'object',
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
  properties: {
    type: text('What is said.', {
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    }),
    status: text('Whether it is so.', { enum: ['True', 'False', 'Unknown'] }),
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    lastTransitionTime: text('Since when.', { format: 'date-time' }),
    reason: text('Why, in a word.', {
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    }),
    message: text('Why, for people.', { maxLength: 32768 }),
  },
}

const schema: Schema = {
  type: 'object',
  description: 'Rules of the cluster for the traffic of pods, before or behind what NetworkPolicies say.',
  required: ['metadata', 'spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['priority', 'subject', 'tier'],
      properties: {
        tier: text('Admin is asked before NetworkPolicies; Baseline behind them, of pods that none selects.', {
          enum: ['Admin', 'Baseline'],
        }),
        priority: {
          type: 'integer',
          format: 'int32',
          minimum: 0,
          maximum: 1000,
          description: 'Within the tier, the least is asked first.',
        },
        subject: {
          type: 'object',
          description: 'The pods that it is about.',
          ...oneField,
          properties: { namespaces, pods },
        },
        ingress: rules(rule('from', { properties: ingressPeer })),
        egress: rules(
          rule(
            'to',
            {
              properties: egressPeer,
              'x-kubernetes-validations': [{ rule: '!has(self.domainNames)', message: DOMAIN_NAMES }],
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: '!(self.to.exists(peer, has(peer.networks) || has(peer.nodes)) && has(self.protocols) && self.protocols.exists(one, has(one.destinationNamedPort)))',
                  message:
                    'networks/nodes peer cannot be set with namedPorts since there are no namedPorts for networks/nodes',
                },
              ],
            },
          ),
        ),
      },
    },
    status: {
      type: 'object',
      required: ['conditions'],
      properties: {
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: condition,
        },
      },
    },
  },
}

/**
 * What makes an API server serve ClusterNetworkPolicies: the fields of v1alpha2 of the project network-policy-api with
 * their limits, experimental ones too, but `domainNames`: nothing here acts on it, and it is refused by name.
 */
export const clusterNetworkPolicyDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'clusternetworkpolicies.policy.networking.k8s.io',
    // Without it a group of kubernetes' own is not taken.
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api/pull/347' },
  },
  spec: {
    group: 'policy.networking.k8s.io',
    scope: 'Cluster',
    names: {
      kind: 'ClusterNetworkPolicy',
      listKind: 'ClusterNetworkPolicyList',
      plural: 'clusternetworkpolicies',
      singular: 'clusternetworkpolicy',
      shortNames: ['cnp'],
    },
    versions: [
      {
        name: 'v1alpha2',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
        additionalPrinterColumns: [
          { name: 'Tier', type: 'string', jsonPath: '.spec.tier' },
          { name: 'Priority', type: 'string', jsonPath: '.spec.priority' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
} as const as unknown as CustomResourceDefinition
