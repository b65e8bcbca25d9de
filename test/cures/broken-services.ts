import { nodes as nodesOf } from '#api/core/node/resource.ts'
import { type Broken, foreign } from './broken.ts'
import { deployment, onNode, service } from './objects.ts'

const from = 'pod/client'
const OUTSIDE = '203.0.113.9'
const nodePort = (port: number, more: object = {}) => ({
  type: 'NodePort',
  ports: [{ port: 80, targetPort: 8080, nodePort: port }],
  ...more,
})
const LOCAL = { externalTrafficPolicy: 'Local' }
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

/** What is asked of a Service, and where, that it does not answer. */
export const brokenServices = {
  'asks-itself': [
    {
      about: 'a node asks its own loopback address for a node port',
      make: (world) => world.make(deployment('web'), service('web', nodePort(30080))),
      ask: { from: 'node/node-2', to: '127.0.0.1:30080' },
    },
    {
      about: 'a node port under policy Local is asked of localhost, and one node alone has an endpoint',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', nodePort(30080, LOCAL))),
      ask: { from: 'host', to: '127.0.0.1:30080' },
    },
    {
      about: 'a pod asks localhost for a Service',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'localhost:80' },
    },
  ],
  'cluster-ip-outside': [
    {
      about: 'a client outside of a cluster of others asks a ClusterIP',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from: OUTSIDE, to: 'svc/web' },
      sees: foreign,
    },
  ],
  'cluster-ip-unassigned': [
    {
      about: 'the ClusterIP of a Service that was deleted',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: '10.96.200.200:80' },
    },
  ],
  'external-ip-not-routed': [
    {
      about: 'the host asks an external IP that no route leads to a node',
      make: (world) => world.make(deployment('web'), service('web', { externalIPs: ['203.0.113.77'] })),
      ask: { from: 'host', to: '203.0.113.77:80' },
    },
  ],
  'family-missing': [
    {
      about: 'a Service of one family is asked over the other',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/web', family: 'IPv6' },
    },
    {
      about: 'a Service of both families, whose pods have one',
      make: (world) =>
        world.make(
          deployment('web', { args: ['--one-family'] }),
          service('web', { ipFamilyPolicy: 'RequireDualStack' }),
        ),
      ask: { from, to: 'svc/web', family: 'IPv6' },
    },
  ],
  'headless-port': [
    {
      about: 'a headless Service is asked at a port that nothing translates',
      make: (world) => world.make(deployment('web'), service('web', { clusterIP: 'None' })),
      ask: { from, to: 'svc/web' },
    },
    {
      about: 'a headless Service of a cluster of others, by its slices',
      make: (world) => world.make(deployment('web'), service('web', { clusterIP: 'None' })),
      ask: { from, to: 'svc/web' },
      sees: foreign,
    },
  ],
  'load-balancer-pending': [
    {
      about: 'an address outside of the pool is asked for',
      make: (world) =>
        world.make(deployment('web'), service('web', { type: 'LoadBalancer', loadBalancerIP: '192.0.2.1' })),
      ask: { from: 'host', to: 'svc/web' },
    },
    {
      about: 'nobody gives out addresses in a cluster of others, and the policy is Local',
      make: (world) =>
        world.make(
          deployment('web', { spec: onNode('node-3') }),
          service('web', { type: 'LoadBalancer', loadBalancerClass: 'example.com/none', ...LOCAL }),
        ),
      ask: { from: OUTSIDE, to: 'svc/web' },
      sees: foreign,
    },
  ],
  'lost-claim': [
    {
      about: 'an older Service has the load balancer’s address as an external IP',
      make: async (world) => {
        await world.make(deployment('old'), service('old', { externalIPs: ['172.30.255.9'] }))
        await world.make(deployment('young'))
        await world.settle()
        const young = service('young', { type: 'LoadBalancer', loadBalancerIP: '172.30.255.9' })
        await world.make(young)
      },
      ask: { from: 'host', to: 'svc/young' },
      sees: (facts) => ({
        ...facts,
        // Both were made within one second: the name decides then, and the test does not wait for the next.
        services: facts.services.map((one) =>
          one.metadata?.name === 'old'
            ? { ...one, metadata: { ...one.metadata, creationTimestamp: '2026-01-01T00:00:00Z' } }
            : one,
        ),
      }),
    },
  ],
  'no-eligible-node': [
    {
      about: 'every node is kept from the load balancer by its label',
      make: async (world) => {
        await world.make(deployment('web'), service('web', { type: 'LoadBalancer' }))
        for (const name of ['node-1', 'node-2', 'node-3'])
          await world.client.patch(nodesOf, name, 'merge', { metadata: { labels: { [EXCLUDED]: '' } } })
      },
      ask: { from: 'host', to: 'svc/web' },
    },
    {
      about: 'policy Local, and the node that has the endpoint is kept away',
      make: async (world) => {
        await world.make(
          deployment('web', { spec: onNode('node-3') }),
          service('web', { type: 'LoadBalancer', ...LOCAL }),
        )
        await world.client.patch(nodesOf, 'node-3', 'merge', { metadata: { labels: { [EXCLUDED]: '' } } })
      },
      ask: { from: 'host', to: 'svc/web' },
    },
  ],
  'no-local-endpoint': [
    {
      about: 'a node port under policy Local is asked of a node without an endpoint',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', nodePort(30080, LOCAL))),
      ask: { from: 'host', to: '172.30.0.2:30080' },
    },
    {
      about: 'a ClusterIP under internalTrafficPolicy Local',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', { internalTrafficPolicy: 'Local' })),
      ask: { from, to: 'svc/web' },
    },
  ],
  'node-port-unknown': [
    {
      about: 'a node port that no Service has',
      make: (world) => world.make(deployment('web'), service('web', nodePort(30080))),
      ask: { from: 'host', to: '172.30.0.2:30081' },
    },
    {
      about: 'a node port that no Service has, and the one that is meant has policy Local',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', nodePort(30080, LOCAL))),
      ask: { from: 'host', to: '172.30.0.2:30081' },
    },
  ],
  'kernel-behind': [
    {
      about: 'the kernel of the sender’s node does not hold the Service, as its agent tells',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/web' },
      sees: (facts) => ({
        ...facts,
        told: {
          'node-1': {
            code: 'heard',
            agent: { kind: 'Pod', namespace: 'fairlead-system', name: 'fairlead-node-1' },
            rules: 'ours',
            elements: facts.network.serviceCidrs.map((cidr) => ({
              family: cidr.includes(':') ? ('ip6' as const) : ('ip' as const),
              set: 'virtual-cidrs',
              key: [cidr],
            })),
            kinds: [],
            refused: [],
            pending: 1,
            answersNames: true,
            strangers: [],
          },
        },
      }),
      lookOnly: 'its agent writes it, or says why not',
    },
  ],
  'not-a-node': [
    {
      about: 'a node port is asked of a pod’s address',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', nodePort(30080, LOCAL))),
      ask: async (world) => ({ from: 'host', to: `${(await world.podOf('client')).status?.podIP}:30080` }),
    },
  ],
  'not-applied': [
    {
      about: 'the kernel of a node refused the Service',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/web' },
      sees: (facts) => ({
        ...facts,
        refused: [{ node: 'node-1', service: 'default/web', message: 'set is full' }],
      }),
      lookOnly: 'the kernel decides; it is tried again',
    },
  ],
  'not-proxied': [
    {
      about: 'a label hands the Service to another proxy',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'mesh' } }),
        ),
      ask: { from, to: 'svc/web' },
    },
  ],
  'nobody-there': [
    {
      about: 'the address of a pod that is gone',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: '10.244.2.251:8080' },
    },
    {
      about: 'an address of the load balancer’s pool that no Service has',
      make: (world) => world.make(deployment('web'), service('web', { type: 'LoadBalancer' })),
      ask: { from: 'host', to: '172.30.255.77:80' },
    },
  ],
  'port-not-served': [
    {
      about: 'the targetPort is asked of the ClusterIP',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/web:8080' },
    },
    {
      about: 'the node port is asked of the ClusterIP, and the policy is Local',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', nodePort(30080, LOCAL))),
      ask: { from: 'host', to: 'svc/web:30080' },
    },
    {
      about: 'the other protocol',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/web:80', protocol: 'UDP' },
    },
    {
      about: 'a port by a name that is misspelt',
      make: (world) =>
        world.make(deployment('web'), service('web', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] })),
      ask: { from, to: 'svc/web:htpp' },
    },
    {
      about: 'a stray port of a load balancer address',
      make: (world) => world.make(deployment('web'), service('web', { type: 'LoadBalancer' })),
      ask: { from: 'host', to: 'svc/web:81' },
    },
  ],
  'reply-astray': [
    {
      about:
        'a pod of a cluster of others asks the node port of a node that has neither it nor an endpoint, policy Local',
      make: (world) =>
        world.make(deployment('web', { spec: onNode('node-3') }), service('web', nodePort(30080, LOCAL))),
      ask: { from, to: '172.30.0.3:30080' },
      sees: foreign,
    },
  ],
  'source-range': [
    {
      about: 'the sender is in no source range',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web', { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] }),
        ),
      ask: { from: 'host', to: 'svc/web' },
    },
    {
      about: 'a client outside of a cluster of others is in no source range, and the policy is Local',
      make: (world) =>
        world.make(
          deployment('web', { spec: onNode('node-3') }),
          service('web', { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'], ...LOCAL }),
        ),
      ask: { from: OUTSIDE, to: 'svc/web' },
      sees: foreign,
    },
  ],
  'type-changed': [
    {
      about: 'the node port went with the type',
      make: async (world) => {
        const applied = JSON.stringify(service('web', nodePort(30080)))
        await world.make(
          deployment('web'),
          service('web', {}, { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } }),
        )
      },
      ask: { from: 'host', to: '172.30.0.2:30080' },
    },
  ],
} as const satisfies Record<string, readonly Broken[]>
