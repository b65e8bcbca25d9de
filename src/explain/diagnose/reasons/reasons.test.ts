import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { at, facts, listening, node, pod, service, slice } from '../../testing/cluster.ts'
import { type DiagnosisCase, diagnosed } from '../../testing/diagnosed.ts'

const client = pod('client', 1, 9, { labels: { app: 'client' } })
const silent = (number: number): Node => ({
  ...node(number),
  status: { ...node(number).status, conditions: [{ type: 'Ready', status: 'Unknown' }] },
})
const excluded = (number: number): Node => ({
  ...node(number),
  metadata: { name: `node-${number}`, labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
})
const balanced = (spec: object = {}, name = 'web', creationTimestamp = '2026-01-01T00:00:00Z'): Service => ({
  ...service(name, '10.96.0.1', { type: 'LoadBalancer', ...spec }, { creationTimestamp }),
  status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
})

const TABLE: readonly DiagnosisCase[] = [
  {
    name: 'its selector matches nothing',
    cluster: { services: [service('web', '10.96.0.1', { selector: { app: 'wbe' } })], slices: [] },
    facts: {
      reason: 'selector-matches-nothing',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      selector: { app: 'wbe' },
      ended: [],
      elsewhere: [],
      near: [
        {
          labels: { app: 'web' },
          count: 2,
          pods: [
            { kind: 'Pod', namespace: 'default', name: 'web-1' },
            { kind: 'Pod', namespace: 'default', name: 'web-2' },
          ],
        },
      ],
    },
    effects: [{ code: 'select', labels: { app: 'web' } }],
  },
  {
    name: 'what makes its pods makes none',
    cluster: {
      pods: [client],
      slices: [],
      deployments: [
        {
          metadata: { name: 'web', namespace: 'default' },
          spec: { replicas: 0, template: { metadata: { labels: { app: 'web' } } } },
        },
      ] as unknown as Deployment[],
    },
    facts: {
      reason: 'scaled-to-zero',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
    },
    effects: [{ code: 'scale-to-one' }],
  },
  {
    name: 'all its pods go',
    cluster: { pods: [pod('web-1', 1, 11, { ready: false, leaving: true }), client], slices: [] },
    facts: {
      reason: 'only-terminating',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        {
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          until: '2026-01-01T00:00:00Z',
          graceSeconds: 0,
          finalizers: [],
        },
      ],
    },
    effects: [{ code: 'show-pods' }],
  },
  {
    name: 'no endpoint stands for its ready pods yet',
    cluster: { slices: [] },
    facts: {
      reason: 'endpoints-late',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      pods: [
        { kind: 'Pod', namespace: 'default', name: 'web-1' },
        { kind: 'Pod', namespace: 'default', name: 'web-2' },
      ],
    },
    effects: [{ code: 'ask-again' }, { code: 'show-endpoints' }],
  },
  {
    name: 'a label hands it to another proxy',
    cluster: {
      services: [service('web', '10.96.0.1', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } })],
    },
    facts: {
      reason: 'not-proxied',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      label: 'service.kubernetes.io/service-proxy-name',
    },
    effects: [{ code: 'take-label-away' }],
  },
  {
    name: 'it has no selector, and a slice of nobody’s',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: {} })],
      slices: [
        {
          ...slice('wbe', [at('10.244.1.11', 1)]),
          metadata: { name: 'by-hand', namespace: 'default', labels: { 'kubernetes.io/service-name': 'wbe' } },
        } as EndpointSlice,
      ],
    },
    facts: {
      reason: 'no-selector',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      family: 'IPv4',
      hasOtherFamily: false,
      orphans: [{ slice: { kind: 'EndpointSlice', namespace: 'default', name: 'by-hand' }, service: 'wbe' }],
      near: [
        {
          labels: { app: 'web' },
          count: 2,
          pods: [
            { kind: 'Pod', namespace: 'default', name: 'web-1' },
            { kind: 'Pod', namespace: 'default', name: 'web-2' },
          ],
        },
      ],
      portName: '',
    },
    effects: [
      { code: 'label-slice', service: { kind: 'Service', namespace: 'default', name: 'web' } },
      { code: 'select', labels: { app: 'web' } },
      { code: 'show-endpoints' },
    ],
  },
  {
    name: 'whoever wrote its endpoints says that they are not ready',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: {} })],
      slices: [slice('web', [at('10.244.1.11', 1, { ready: false })])],
    },
    facts: {
      reason: 'endpoints-not-ready',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      addresses: ['10.244.1.11'],
      slices: [{ kind: 'EndpointSlice', namespace: 'default', name: '' }],
    },
    effects: [{ code: 'say-ready', address: '10.244.1.11' }],
  },
  {
    name: 'a slice calls its port otherwise',
    cluster: {
      services: [
        service('web', '10.96.0.1', {
          selector: {},
          ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
        }),
      ],
      slices: [slice('web', [at('10.244.1.11', 1)], { name: 'htp', port: 8080, protocol: 'TCP' })],
    },
    facts: {
      reason: 'endpoint-port-unknown',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      port: 80,
      protocol: 'TCP',
      portName: 'http',
      slices: [
        {
          slice: { kind: 'EndpointSlice', namespace: 'default', name: '' },
          ports: [{ port: 8080, protocol: 'TCP', name: 'htp' }],
        },
      ],
    },
    effects: [{ code: 'name-port', name: 'http' }],
  },
  {
    name: 'an endpoint by hand has an address that no pod has',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: {} })],
      slices: [slice('web', [at('10.244.1.77', 1)])],
    },
    facts: {
      reason: 'endpoint-gone',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      address: '10.244.1.77',
      port: 8080,
      slice: { kind: 'EndpointSlice', namespace: 'default', name: '' },
      mirrored: false,
    },
    effects: [
      { code: 'lead-endpoint-to', pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, address: '10.244.1.11' },
      { code: 'show-endpoints' },
    ],
  },
  {
    name: 'its targetPort is a name that no pod declares',
    cluster: {
      services: [service('web', '10.96.0.1', { ports: [{ port: 80, protocol: 'TCP', targetPort: 'htp' }] })],
      slices: [],
    },
    facts: {
      reason: 'target-port-unknown',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      targetPort: 'htp',
      protocol: 'TCP',
      declared: [
        { container: 'web', name: 'http', port: 8080 },
        { container: 'web', name: 'http', port: 8080 },
      ],
      open: [8080],
    },
    effects: [{ code: 'lead-port-to', port: 80, target: 'http' }],
  },
  {
    name: 'nothing listens on its targetPort',
    cluster: {
      listening: { ...listening, 'pod/web-1': [{ protocol: 'TCP', address: '::', port: 9090 }] },
      slices: [slice('web', [at('10.244.1.11', 1)])],
    },
    facts: {
      reason: 'target-port-closed',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      port: 8080,
      protocol: 'TCP',
      open: [9090],
      declared: [{ container: 'web', name: 'http', port: 8080 }],
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      commands: [],
    },
    effects: [
      { code: 'lead-port-to', port: 80, target: '9090' },
      { code: 'show-log', of: 'pod' },
    ],
  },
  {
    name: 'its pod listens on the loopback address alone',
    cluster: {
      listening: { ...listening, 'pod/web-1': [{ protocol: 'TCP', address: '127.0.0.1', port: 8080 }] },
      slices: [slice('web', [at('10.244.1.11', 1)])],
    },
    facts: {
      reason: 'listens-on-loopback',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      port: 8080,
      protocol: 'TCP',
      sockets: [{ address: '127.0.0.1', port: 8080 }],
      commands: [],
    },
    effects: [{ code: 'show-log', of: 'pod' }],
  },
  {
    name: 'a headless one is asked at its own port',
    cluster: { services: [service('web', undefined, { clusterIP: 'None', clusterIPs: ['None'] })] },
    question: { to: 'svc/web:80' },
    facts: {
      reason: 'headless-port',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      port: 80,
      protocol: 'TCP',
      open: [8080],
      declared: [{ container: 'web', name: 'http', port: 8080 }],
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      told: false,
    },
    effects: [{ code: 'ask-pods-port' }],
  },
  {
    name: 'an endpoint that is no pod, and nothing listens',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: {} })],
      slices: [slice('web', [{ addresses: ['172.30.0.1'], conditions: { ready: true } }])],
      listening: { ...listening, host: [{ protocol: 'TCP', address: '0.0.0.0', port: 22 }] },
    },
    facts: {
      reason: 'endpoint-closed',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      address: '172.30.0.1',
      port: 8080,
      protocol: 'TCP',
      onLoopback: false,
      open: [22],
    },
    effects: [{ code: 'show-endpoints' }],
  },
  {
    name: 'policy Local, and no endpoint on the node that is asked',
    cluster: {},
    question: { from: 'host', to: '172.30.0.2:30080' },
    facts: {
      reason: 'no-local-endpoint',
      service: { kind: 'Service', namespace: 'default', name: 'local' },
      policy: 'externalTrafficPolicy',
      nodes: ['node-1'],
      having: ['node-2'],
      unbalanced: false,
    },
    effects: [
      { code: 'ask-node', node: 'node-2', because: 'has-endpoint' },
      { code: 'policy-cluster', at: 'every-node', sees: 'node' },
    ],
  },
  {
    name: 'its ranges do not name the sender',
    cluster: { services: [balanced({ loadBalancerSourceRanges: ['10.0.0.0/8'] })] },
    question: { from: '203.0.113.9', to: '172.30.255.1:80' },
    facts: {
      reason: 'source-range',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      address: '172.30.255.1',
      source: '203.0.113.9',
      ranges: ['10.0.0.0/8'],
    },
    effects: [
      { code: 'allow-source', source: '203.0.113.9' },
      { code: 'ask-cluster-ip', because: 'no-guard' },
    ],
  },
  {
    name: 'no node takes its traffic',
    cluster: { services: [balanced()], nodes: [excluded(1), excluded(2)] },
    question: { from: '203.0.113.9', to: '172.30.255.1:80' },
    facts: {
      reason: 'no-eligible-node',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      eligible: [],
      excluded: [
        { node: 'node-1', label: 'node.kubernetes.io/exclude-from-external-load-balancers' },
        { node: 'node-2', label: 'node.kubernetes.io/exclude-from-external-load-balancers' },
      ],
    },
    effects: [{ code: 'let-node-balance', node: 'node-1' }, { code: 'show-node-labels' }],
  },
  {
    name: 'no address of the load balancer yet',
    cluster: {
      services: [
        service('web', '10.96.0.1', {
          type: 'LoadBalancer',
          loadBalancerIP: '10.9.9.9',
          ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30081 }],
        }),
      ],
    },
    question: { from: 'host', to: 'svc/web' },
    facts: { reason: 'load-balancer-pending', service: { kind: 'Service', namespace: 'default', name: 'web' } },
    effects: [{ code: 'take-any-address', insteadOf: '10.9.9.9' }, { code: 'ask-node-port' }],
  },
  {
    name: 'a port that it does not serve',
    cluster: {},
    question: { to: '10.96.0.1:8080' },
    facts: {
      reason: 'port-not-served',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      protocol: 'TCP',
      port: '8080',
      address: '10.96.0.1',
      serves: [{ port: 80, protocol: 'TCP' }],
      isNodePort: false,
      targetOf: [80],
    },
    effects: [
      { code: 'ask-served-port', port: { port: 80, protocol: 'TCP' } },
      { code: 'serve-port', port: 8080 },
    ],
  },
  {
    name: 'a port over another protocol',
    cluster: {},
    question: { to: 'svc/web:80', protocol: 'UDP' },
    facts: {
      reason: 'port-not-served',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      protocol: 'UDP',
      port: '80',
      address: '10.96.0.1',
      serves: [{ port: 80, protocol: 'TCP' }],
      isNodePort: false,
      servedOver: 'TCP',
      targetOf: [],
    },
    effects: [{ code: 'ask-other-protocol', port: { port: 80, protocol: 'TCP' } }],
  },
  {
    name: 'a family that it does not have',
    cluster: {},
    question: { to: 'svc/web', family: 'IPv6' },
    facts: {
      reason: 'family-missing',
      family: 'IPv6',
      of: 'service',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      has: ['IPv4'],
      policy: 'SingleStack',
    },
    effects: [
      { code: 'give-family', family: 'IPv6' },
      { code: 'ask-over-family', family: 'IPv4' },
    ],
  },
  {
    name: 'a node’s kernel refused it',
    cluster: { refused: [{ node: 'node-1', service: 'default/web', message: 'no memory' }] },
    facts: {
      reason: 'not-applied',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      nodes: ['node-1'],
      message: 'no memory',
      doubt: true,
    },
    effects: [{ code: 'show-status' }],
  },
  {
    name: 'an older one has its address',
    cluster: {
      services: [balanced({}, 'old', '2026-01-01T00:00:00Z'), balanced({}, 'web', '2026-01-02T00:00:00Z')],
      slices: [slice('old', [at('10.244.1.11', 1)])],
    },
    question: { from: 'host', to: 'svc/web' },
    facts: {
      reason: 'lost-claim',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      winner: { kind: 'Service', namespace: 'default', name: 'old' },
      address: '172.30.255.1',
      port: 80,
      protocol: 'TCP',
    },
    effects: [{ code: 'ask-cluster-ip' }],
  },
  {
    name: 'a node translates, keeps the sender’s address and never sees the reply',
    cluster: { nodes: [node(1), node(2), node(3)], network: { ...facts().network, foreign: true } },
    question: { to: '172.30.0.4:30080' },
    facts: {
      reason: 'reply-astray',
      service: { kind: 'Service', namespace: 'default', name: 'local' },
      nodes: ['node-3'],
    },
    effects: [
      { code: 'ask-cluster-ip', because: 'own-node' },
      { code: 'ask-node', node: 'node-2', because: 'has-endpoint' },
      { code: 'policy-cluster-masquerade' },
    ],
  },
  {
    name: 'a node on the way is not Ready',
    cluster: { nodes: [node(1), silent(2)] },
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
  },
  {
    name: 'nothing has its name',
    cluster: {},
    question: { to: 'wbe:80' },
    facts: {
      reason: 'dns-name-unknown',
      name: 'wbe',
      cause: 'nothing',
      domain: 'cluster.local',
      near: ['web.default.svc.cluster.local'],
    },
    effects: [{ code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
  },
  {
    name: 'no Service of that name',
    cluster: {},
    question: { to: 'svc/wbe:80' },
    facts: { reason: 'service-unknown', service: { kind: 'Service', namespace: 'default', name: 'wbe' } },
    effects: [{ code: 'ask-service', service: { kind: 'Service', name: 'web' } }],
  },
  {
    name: 'another namespace has it',
    cluster: { services: [service('cart', '10.96.0.3', {}, { namespace: 'shop' })] },
    question: { to: 'svc/cart' },
    facts: {
      reason: 'other-namespace',
      service: { kind: 'Service', namespace: 'default', name: 'cart' },
      namespaces: ['shop'],
    },
    effects: [{ code: 'name-namespace', namespace: 'shop' }],
  },
  {
    name: 'an external name that nothing has',
    cluster: {
      services: [
        service('web', '10.96.0.1'),
        service('out', undefined, {
          type: 'ExternalName',
          externalName: 'wbe.default.svc.cluster.local',
          selector: {},
        }),
      ],
    },
    question: { to: 'svc/out:80' },
    facts: {
      reason: 'external-name',
      service: { kind: 'Service', namespace: 'default', name: 'out' },
      target: 'wbe.default.svc.cluster.local',
      outside: false,
      letOut: false,
    },
    effects: [
      { code: 'lead-to', service: { kind: 'Service', namespace: 'default', name: 'web' }, isHeadless: false },
      { code: 'ask-that-service' },
    ],
  },
  {
    name: 'a sender that asks another DNS',
    cluster: {},
    question: { from: 'node/node-1', to: 'web.default.svc.cluster.local:80' },
    facts: {
      reason: 'dns-not-asked',
      name: 'web.default.svc.cluster.local',
      sender: { kind: 'node', name: 'node-1' },
      asks: { kind: 'machine' },
      servers: ['10.96.0.10'],
      fixed: false,
      service: { kind: 'Service', namespace: 'default', name: 'web' },
    },
    effects: [{ code: 'ask-address', asFound: true }],
  },
]

for (const { name, cluster, question, ...expected } of TABLE)
  test(`why a Service does not answer: ${name}`, () => assert.deepEqual(diagnosed(cluster, question), expected))
