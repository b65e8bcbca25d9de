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
    commands: ['kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"web"}}}'],
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
    commands: ['kubectl scale deployment web -n default --replicas=1'],
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
    commands: ['kubectl get pods -n default -l app=web'],
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
    commands: [
      'fairlead explain --from pod/client --to svc/web',
      'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
    ],
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
    commands: [
      'kubectl patch service web -n default --type merge -p {"metadata":{"labels":{"service.kubernetes.io/service-proxy-name":null}}}',
    ],
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
    commands: [
      'kubectl label endpointslice by-hand -n default kubernetes.io/service-name=web --overwrite',
      'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"web"}}}',
      'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
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
      slices: [{ kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' }],
    },
    effects: [{ code: 'say-ready', address: '10.244.1.11' }],
    commands: [
      'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/endpoints/0/conditions/ready","value":true}]',
    ],
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
          slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
          ports: [{ port: 8080, protocol: 'TCP', name: 'htp' }],
        },
      ],
    },
    effects: [{ code: 'name-port', name: 'http' }],
    commands: [
      'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/ports/0/name","value":"http"}]',
    ],
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
      slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
      mirrored: false,
    },
    effects: [
      { code: 'lead-endpoint-to', pod: { kind: 'Pod', namespace: 'default', name: 'web-1' }, address: '10.244.1.11' },
      { code: 'show-endpoints' },
    ],
    commands: [
      'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"replace","path":"/endpoints/0/addresses/0","value":"10.244.1.11"}]',
      'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
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
    commands: [
      'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/0/targetPort","value":"http"}]',
    ],
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
    commands: [
      'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/0/targetPort","value":9090}]',
      'kubectl logs web-1 -n default',
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
    commands: ['kubectl logs web-1 -n default'],
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
    commands: ['fairlead explain --from pod/client --to svc/web:8080'],
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
    commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
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
    commands: [
      'fairlead explain --from host --to 172.30.0.3:30080',
      'kubectl patch service local -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}',
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
    commands: [
      'kubectl patch service web -n default --type merge -p {"spec":{"loadBalancerSourceRanges":["10.0.0.0/8","203.0.113.9/32"]}}',
      'fairlead explain --from 203.0.113.9 --to 10.96.0.1:80',
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
    commands: [
      'kubectl label node node-1 node.kubernetes.io/exclude-from-external-load-balancers-',
      'kubectl get nodes --show-labels',
    ],
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
    commands: [
      'kubectl patch service web -n default --type merge -p {"spec":{"loadBalancerIP":null}}',
      'fairlead explain --from host --to 172.30.0.2:30081',
    ],
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
    commands: [
      'fairlead explain --from pod/client --to 10.96.0.1:80',
      'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/0/name","value":"port-80"},{"op":"add","path":"/spec/ports/-","value":{"name":"port-8080","port":8080,"protocol":"TCP","targetPort":8080}}]',
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
    commands: ['fairlead explain --from pod/client --to svc/default/web:80 --proto tcp'],
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
    commands: [
      'kubectl patch service web -n default --type merge -p {"spec":{"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv4","IPv6"]}}',
      'fairlead explain --from pod/client --to svc/web',
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
    commands: ['fairlead status'],
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
    commands: ['fairlead explain --from host --to 10.96.0.1:80'],
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
    commands: [
      'fairlead explain --from pod/client --to 10.96.0.2:80',
      'fairlead explain --from pod/client --to 172.30.0.3:30080',
      'kubectl patch service local -n default --type merge -p {"spec":{"externalTrafficPolicy":"Cluster"}}',
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
    commands: ['kubectl describe node node-2'],
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
    commands: ['fairlead explain --from pod/client --to web.default.svc.cluster.local:80'],
  },
  {
    name: 'no Service of that name',
    cluster: {},
    question: { to: 'svc/wbe:80' },
    facts: { reason: 'service-unknown', service: { kind: 'Service', namespace: 'default', name: 'wbe' } },
    effects: [{ code: 'ask-service', service: { kind: 'Service', name: 'web' } }],
    commands: ['fairlead explain --from pod/client --to svc/default/web:80'],
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
    commands: ['fairlead explain --from pod/client --to svc/shop/cart'],
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
    commands: [
      'kubectl patch service out -n default --type merge -p {"spec":{"externalName":"web.default.svc.cluster.local"}}',
      'fairlead explain --from pod/client --to svc/default/web:80',
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
    commands: ['fairlead explain --from node/node-1 --to svc/default/web:80'],
  },
  {
    name: 'of several pods those like its selector are named, nearest first, and none that have ended or are of others',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: { app: 'webb' } })],
      pods: [
        pod('far', 1, 11, { labels: { tier: 'database' } }),
        pod('bare', 1, 12, { labels: {} }),
        pod('made', 1, 13, { labels: { 'pod-template-hash': 'webb' } }),
        pod('ended', 1, 14, { labels: { app: 'webb' }, status: { phase: 'Succeeded' } }),
        pod('others', 1, 15, { labels: { app: 'webb' }, namespace: 'shop' }),
        pod('weba-1', 1, 16, { labels: { app: 'wexy' } }),
        pod('web-1', 1, 17, { labels: { app: 'web' } }),
        client,
      ],
      slices: [],
    },
    facts: {
      reason: 'selector-matches-nothing',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      selector: { app: 'webb' },
      ended: [{ kind: 'Pod', namespace: 'default', name: 'ended' }],
      elsewhere: [{ kind: 'Pod', namespace: 'shop', name: 'others' }],
      near: [
        { labels: { app: 'web' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'web-1' }] },
        { labels: { app: 'wexy' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'weba-1' }] },
      ],
    },
    effects: [{ code: 'select', labels: { app: 'web' } }],
    commands: ['kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"web"}}}'],
  },
  {
    name: 'it has no selector, and of the labels of pods the two likest its name are named',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: undefined })],
      pods: [
        pod('a', 1, 11, { labels: { app: 'wxyz', tier: 'webs' } }),
        pod('b', 1, 12, { labels: { app: 'webxx' } }),
        pod('c', 1, 13, { labels: { app: 'web' } }),
        client,
      ],
      slices: [],
    },
    facts: {
      reason: 'no-selector',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      family: 'IPv4',
      hasOtherFamily: false,
      orphans: [],
      near: [
        { labels: { app: 'web' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'c' }] },
        { labels: { tier: 'webs' }, count: 1, pods: [{ kind: 'Pod', namespace: 'default', name: 'a' }] },
      ],
      portName: '',
    },
    effects: [
      { code: 'select', labels: { app: 'web' } },
      { code: 'select', labels: { tier: 'webs' } },
      { code: 'show-endpoints' },
    ],
    commands: [
      'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"app":"web"}}}',
      'kubectl patch service web -n default --type merge -p {"spec":{"selector":{"tier":"webs"}}}',
      'kubectl get endpointslices -n default -l kubernetes.io/service-name=web',
    ],
  },
  {
    name: 'of the ports that a slice has the one of its number gets the name, and no other of the Service is robbed',
    cluster: {
      services: [
        service('web', '10.96.0.1', {
          selector: undefined,
          ports: [
            { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 },
            { name: 'admin', port: 81, protocol: 'TCP', targetPort: 8081 },
          ],
        }),
      ],
      slices: [
        {
          ...slice('web', [at('10.244.1.11', 1)]),
          ports: [
            { name: 'admin', port: 8080, protocol: 'TCP' },
            { name: 'http', port: 8080, protocol: 'UDP' },
            { name: 'htp', port: 9, protocol: 'TCP' },
            { name: 'other', port: 8080, protocol: 'TCP' },
          ],
        },
      ],
    },
    question: { to: 'svc/web:http' },
    facts: {
      reason: 'endpoint-port-unknown',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      port: 80,
      protocol: 'TCP',
      portName: 'http',
      slices: [
        {
          slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
          ports: [
            { port: 8080, protocol: 'TCP', name: 'admin' },
            { port: 8080, protocol: 'UDP', name: 'http' },
            { port: 9, protocol: 'TCP', name: 'htp' },
            { port: 8080, protocol: 'TCP', name: 'other' },
          ],
        },
      ],
    },
    effects: [{ code: 'name-port', name: 'http' }],
    commands: [
      'kubectl patch endpointslice web-abc -n default --type json -p [{"op":"add","path":"/ports/3/name","value":"http"}]',
    ],
  },
  {
    name: 'an endpoint that is mirrored from Endpoints has an address that no pod has',
    cluster: {
      services: [service('web', '10.96.0.1', { selector: undefined })],
      slices: [
        {
          ...slice('web', [at('10.244.1.99', 1)]),
          metadata: {
            name: 'web-abc',
            namespace: 'default',
            labels: {
              'kubernetes.io/service-name': 'web',
              'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
            },
          },
        },
      ],
    },
    facts: {
      reason: 'endpoint-gone',
      service: { kind: 'Service', namespace: 'default', name: 'web' },
      address: '10.244.1.99',
      port: 8080,
      slice: { kind: 'EndpointSlice', namespace: 'default', name: 'web-abc' },
      mirrored: true,
    },
    effects: [{ code: 'show-endpoints-object' }],
    commands: ['kubectl get endpoints web -n default -o yaml'],
  },
  {
    name: 'nothing has its name, and of those like it the ones with that port are meant',
    cluster: {
      services: [
        service('web', '10.96.0.1'),
        service('webs', '10.96.0.3', { ports: [{ port: 81, protocol: 'TCP' }] }),
        service('wxb', '10.96.0.4', { ports: [{ name: 'http', port: 82, protocol: 'TCP' }] }),
      ],
    },
    question: { to: 'wb:81' },
    facts: {
      reason: 'dns-name-unknown',
      cause: 'nothing',
      domain: 'cluster.local',
      name: 'wb',
      near: ['webs.default.svc.cluster.local'],
    },
    effects: [{ code: 'ask-service-by-name', service: { kind: 'Service', namespace: 'default', name: 'webs' } }],
    commands: ['fairlead explain --from pod/client --to webs.default.svc.cluster.local:81'],
  },
]

for (const { name, cluster, question, ...expected } of TABLE)
  test(`why a Service does not answer: ${name}`, () => assert.deepEqual(diagnosed(cluster, question), expected))
