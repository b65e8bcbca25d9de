import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { at, facts, node, pod, service, slice } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const { network } = facts()
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'
const excluded = (number: number): Node => ({
  ...node(number),
  metadata: { name: `node-${number}`, labels: { [EXCLUDED]: '' } },
})
const silent = (one: Node): Node => ({
  ...one,
  status: { ...one.status, conditions: [{ type: 'Ready', status: 'Unknown' }] } as never,
})
const balanced = (spec: object = {}): Service => ({
  ...service('web', '10.96.0.1', {
    type: 'LoadBalancer',
    ports: [{ port: 80, targetPort: 8080, nodePort: 30081 }],
    ...spec,
  }),
  status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
})
const local = { externalTrafficPolicy: 'Local' }
const second = [slice('web', [at('10.244.2.11', 2)])]
const lb = { from: 'host', to: '172.30.255.1:80' }
const ranges = { loadBalancerSourceRanges: ['10.0.0.0/8'] }
const three = [node(1), node(2), node(3)]
const foreign = { network: { ...network, foreign: true } }
const six = {
  ...balanced({
    loadBalancerSourceRanges: ['fd01::/64'],
    ipFamilies: ['IPv6'],
    clusterIP: 'fd00:10:96::1',
    clusterIPs: ['fd00:10:96::1'],
  }),
  status: { loadBalancer: { ingress: [{ ip: 'fd00:172:30:0:ff::1' }] } },
} as Service
const ofSix = [
  { ...slice('web', [{ addresses: ['fd00:10:244:1::11'], nodeName: 'node-1' }]), addressType: 'IPv6' },
] as typeof second
const client = pod('client', 1, 9, { labels: { app: 'client' } })

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'internalTrafficPolicy Local, and no endpoint on the own node',
    () => diagnosed({ services: [service('web', '10.96.0.1', { internalTrafficPolicy: 'Local' })], slices: second }),
    {
      facts: {
        reason: 'no-local-endpoint',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        policy: 'internalTrafficPolicy',
        nodes: ['node-1'],
        having: ['node-2'],
        unbalanced: false,
      },
      effects: [{ code: 'policy-cluster', at: 'every-node' }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"internalTrafficPolicy":"Cluster"}}'],
    },
  ],
  [
    'a node port, and no endpoint of any node',
    () =>
      diagnosed(
        { services: [balanced(local)], slices: [slice('web', [{ addresses: ['10.244.2.11'] }])] },
        { from: 'host', to: '172.30.0.2:30081' },
      ),
    {
      facts: {
        reason: 'no-local-endpoint',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        policy: 'externalTrafficPolicy',
        nodes: ['node-1'],
        having: [],
        unbalanced: false,
      },
      effects: [{ code: 'policy-cluster', at: 'every-node', sees: 'node' }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}'],
    },
  ],
  [
    'a node port, and endpoints of two others',
    () =>
      diagnosed(
        {
          services: [balanced(local)],
          nodes: [...three, node(4)],
          slices: [slice('web', [at('10.244.2.11', 2), at('10.244.3.11', 3), at('10.244.4.11', 4)])],
        },
        { from: 'host', to: '172.30.0.2:30081' },
      ),
    {
      facts: {
        reason: 'no-local-endpoint',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        policy: 'externalTrafficPolicy',
        nodes: ['node-1'],
        having: ['node-2', 'node-3', 'node-4'],
        unbalanced: false,
      },
      effects: [
        { code: 'ask-node', node: 'node-2', because: 'has-endpoint' },
        { code: 'ask-node', node: 'node-3', because: 'has-endpoint' },
        { code: 'policy-cluster', at: 'every-node', sees: 'node' },
      ],
      commands: [
        'fairlead explain --from host --to 172.30.0.3:30081',
        'fairlead explain --from host --to 172.30.0.4:30081',
        'kubectl patch service web -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}',
      ],
    },
  ],
  [
    'an external IP under policy Local',
    () =>
      diagnosed(
        {
          services: [service('web', '10.96.0.1', { externalIPs: ['203.0.113.5'], ...local })],
          slices: second,
          ...foreign,
        },
        { from: '203.0.113.9', to: '203.0.113.5:80' },
      ),
    {
      facts: {
        reason: 'no-local-endpoint',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        policy: 'externalTrafficPolicy',
        nodes: ['node-1'],
        having: ['node-2'],
        unbalanced: false,
      },
      effects: [{ code: 'policy-cluster', at: 'every-node', sees: 'node' }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}'],
    },
  ],
  [
    'ranges that do not name the sender',
    () => diagnosed({ services: [balanced(ranges)] }, lb),
    {
      facts: {
        reason: 'source-range',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '172.30.255.1',
        source: '172.30.0.1',
        ranges: ['10.0.0.0/8'],
      },
      effects: [
        { code: 'allow-source', source: '172.30.0.1' },
        { code: 'ask-cluster-ip', because: 'no-guard' },
        { code: 'ask-node-port', because: 'no-guard' },
      ],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"loadBalancerSourceRanges":["10.0.0.0/8","172.30.0.1/32"]}}',
        'fairlead explain --from host --to 10.96.0.1:80',
        'fairlead explain --from host --to 172.30.0.2:30081',
      ],
    },
  ],
  [
    'ranges that name no address of IPv6',
    () => diagnosed({ services: [six], slices: ofSix }, { from: 'host', to: '[fd00:172:30:0:ff::1]:80' }),
    {
      facts: {
        reason: 'source-range',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: 'fd00:172:30:0:ff::1',
        source: 'fd00:172:30::1',
        ranges: ['fd01::/64'],
      },
      effects: [
        { code: 'allow-source', source: 'fd00:172:30::1' },
        { code: 'ask-cluster-ip', because: 'no-guard' },
        { code: 'ask-node-port', because: 'no-guard' },
      ],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"loadBalancerSourceRanges":["fd01::/64","fd00:172:30::1/128"]}}',
        'fairlead explain --from host --to [fd00:10:96::1]:80',
        'fairlead explain --from host --to [fd00:172:30::2]:30081',
      ],
    },
  ],
  [
    'a load balancer, and no endpoint on a node that takes its traffic',
    () => diagnosed({ services: [balanced(local)], nodes: [node(1), excluded(2)], slices: second }, lb),
    {
      facts: {
        reason: 'no-eligible-node',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        eligible: ['node-1'],
        excluded: [{ node: 'node-2', label: 'node.kubernetes.io/exclude-from-external-load-balancers' }],
      },
      effects: [{ code: 'policy-cluster', at: 'other-nodes' }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}'],
    },
  ],
  [
    'a load balancer, and no pod',
    () => diagnosed({ services: [balanced(local)], slices: [], pods: [client] }, lb),
    {
      facts: {
        reason: 'selector-matches-nothing',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        selector: { app: 'web' },
        ended: [],
        elsewhere: [],
        near: [{ labels: { app: 'client' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'client' }] }],
      },
      effects: [{ code: 'show-labels' }],
      commands: ['kubectl get pods -n default --show-labels'],
    },
  ],
  [
    'a load balancer under policy Cluster, and endpoints that do not come',
    () => diagnosed({ services: [balanced()], slices: [] }, lb),
    {
      facts: {
        reason: 'endpoints-late',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        pods: [
          { kind: 'Pod', namespace: 'default', name: 'web-1' },
          { kind: 'Pod', namespace: 'default', name: 'web-2' },
        ],
      },
      effects: [{ code: 'ask-again' }, { code: 'show-endpoints' }],
      commands: [
        'fairlead explain --from host --to 172.30.255.1:80',
        'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
      ],
    },
  ],
  [
    'no node takes its traffic: excluded, silent',
    () => diagnosed({ services: [balanced()], nodes: [silent(excluded(1)), silent(node(2)), excluded(3)] }, lb),
    {
      facts: {
        reason: 'no-eligible-node',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        eligible: [],
        excluded: [
          { node: 'node-1', label: 'node.kubernetes.io/exclude-from-external-load-balancers' },
          { node: 'node-2', silence: { told: true, status: 'Unknown' } },
          { node: 'node-3', label: 'node.kubernetes.io/exclude-from-external-load-balancers' },
        ],
      },
      effects: [{ code: 'let-node-balance', node: 'node-3' }, { code: 'show-node-labels' }],
      commands: [
        'kubectl label node node-3 node.kubernetes.io/exclude-from-external-load-balancers-',
        'kubectl get nodes --show-labels',
      ],
    },
  ],
  [
    'all nodes are silent',
    () => diagnosed({ services: [balanced()], nodes: [silent(node(1)), silent(node(2))] }, lb),
    {
      facts: {
        reason: 'no-eligible-node',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        eligible: [],
        excluded: [
          { node: 'node-1', silence: { told: true, status: 'Unknown' } },
          { node: 'node-2', silence: { told: true, status: 'Unknown' } },
        ],
      },
      effects: [{ code: 'show-node-labels' }],
      commands: ['kubectl get nodes --show-labels'],
    },
  ],
  [
    'a node translates and never sees the reply; another has an endpoint',
    () =>
      diagnosed({ services: [balanced(local)], slices: second, nodes: three, ...foreign }, { to: '172.30.0.4:30081' }),
    {
      facts: {
        reason: 'reply-astray',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        nodes: ['node-3'],
      },
      effects: [
        { code: 'ask-cluster-ip', because: 'own-node' },
        { code: 'ask-node', node: 'node-2', because: 'has-endpoint' },
        { code: 'policy-cluster-masquerade' },
      ],
      commands: [
        'fairlead explain --from pod/client --to 10.96.0.1:80',
        'fairlead explain --from pod/client --to 172.30.0.3:30081',
        'kubectl patch service web -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}',
      ],
    },
  ],
  [
    'a node that is asked is silent, and another answers',
    () =>
      diagnosed(
        { services: [balanced()], nodes: [node(1), silent(node(2))], slices: [slice('web', [at('10.244.1.11', 1)])] },
        { from: 'host', to: '172.30.0.3:30081' },
      ),
    {
      facts: {
        reason: 'node-not-ready',
        node: 'node-2',
        silence: { told: true, status: 'Unknown' },
        ofSender: false,
        isAsked: true,
        backends: [],
        doubt: true,
      },
      effects: [{ code: 'ask-node', node: 'node-1', because: 'is-ready' }, { code: 'show-description' }],
      commands: ['fairlead explain --from host --to 172.30.0.2:30081', 'kubectl describe node node-2'],
    },
  ],
  [
    'all nodes that answer are silent',
    () =>
      diagnosed(
        { services: [balanced()], nodes: [silent(node(1)), silent(node(2))] },
        { from: 'host', to: '172.30.0.3:30081' },
      ),
    {
      facts: {
        reason: 'node-not-ready',
        node: 'node-1',
        silence: { told: true, status: 'Unknown' },
        ofSender: false,
        isAsked: false,
        backends: [{ address: '10.244.1.11', port: 8080 }],
        doubt: true,
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe node node-1'],
    },
  ],
  [
    'the node of the sender and of a backend is silent',
    () => diagnosed({ nodes: [silent(node(1)), node(2)] }),
    {
      facts: {
        reason: 'node-not-ready',
        node: 'node-1',
        silence: { told: true, status: 'Unknown' },
        ofSender: true,
        isAsked: true,
        backends: [{ address: '10.244.1.11', port: 8080 }],
        doubt: true,
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe node node-1'],
    },
  ],
  [
    'the node of a backend that is asked itself',
    () => diagnosed({ nodes: [node(1), silent(node(2))] }, { to: '10.244.2.11:8080' }),
    {
      facts: {
        reason: 'node-not-ready',
        node: 'node-2',
        silence: { told: true, status: 'Unknown' },
        ofSender: false,
        isAsked: false,
        backends: [{ address: '10.244.2.11', port: 8080 }],
        doubt: true,
      },
      effects: [{ code: 'show-description' }],
      commands: ['kubectl describe node node-2'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`what nodes and policies keep from a Service: ${about}`, () => assert.deepEqual(got(), found))
