import { deployments } from '#api/apps/deployment/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { type Broken, foreign } from './broken.ts'
import { deployment, onNode, pod, service } from './objects.ts'

const from = 'pod/client'
const to = 'svc/web'
const ask = { from, to }
const taint = (key: string) => ({ spec: { taints: [{ key, effect: 'NoSchedule' }] } })
const probed = (port: number) => ({ readinessProbe: { httpGet: { path: '/', port } } })

/** Services whose pods do not answer. */
export const brokenPods = {
  'endpoints-late': [
    {
      about: 'no slice stands yet for a pod that is ready',
      make: (world) => world.make(deployment('web'), service('web')),
      ask,
      sees: (facts, cured) =>
        cured ? facts : { ...facts, slices: facts.slices.filter(({ metadata }) => metadata?.name === 'kube-dns') },
    },
  ],
  'image-unknown': [
    {
      about: 'an image with a slip of the fingers, of a Deployment',
      make: (world) => world.make(deployment('web', { image: 'fairlead/ehco' }), service('web')),
      ask,
    },
    {
      about: 'an image with a slip of the fingers, of a pod',
      make: (world) => world.make(pod('web', { image: 'fairlead/ehco' }), service('web')),
      ask,
    },
  ],
  'listener-unknown': [
    {
      about: 'a port that no container declares, in a cluster of others',
      make: (world) => world.make(pod('web')),
      ask: { from, to: 'pod/web:9999' },
      sees: foreign,
    },
    {
      about: 'a port of a node itself, in a cluster of others',
      make: (world) => world.make(pod('web')),
      ask: { from, to: '172.30.0.3:8080' },
      sees: foreign,
      lookOnly: 'what runs on a node no API tells',
    },
  ],
  'listens-on-loopback': [
    {
      about: 'the program listens at its loopback address only',
      make: (world) => world.make(deployment('web', { args: ['--listen=', '--loopback=8080'] }), service('web')),
      ask,
      lookOnly: 'how a program is told to listen only its author knows',
    },
  ],
  'node-lost': [
    {
      about: 'the node of a Deployment’s pod is silent',
      make: async (world) => {
        await world.make(deployment('web'), service('web'))
        await world.settle()
        await world.silence((await world.podOf('web')).spec?.nodeName ?? '')
      },
      ask,
    },
    {
      about: 'the node of a pod that nothing makes anew is silent',
      make: async (world) => {
        await world.make(pod('web', { spec: onNode('node-3') }), service('web'))
        await world.settle()
        await world.silence('node-3')
      },
      ask,
      lookOnly: 'the pod comes back with its node, or not at all',
    },
  ],
  'node-not-ready': [
    {
      about: 'a node port is asked of a node that is silent',
      make: async (world) => {
        await world.make(
          deployment('web', { spec: onNode('node-3') }),
          service('web', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }),
        )
        await world.settle()
        await world.silence('node-2')
      },
      ask: { from: 'host', to: '172.30.0.3:30080' },
    },
    {
      about: 'the sender’s node is silent',
      make: async (world) => {
        await world.make(deployment('web', { spec: onNode('node-3') }), service('web'))
        await world.settle()
        await world.silence('node-1')
      },
      ask,
      lookOnly: 'what ails a node is seen on it',
    },
  ],
  'only-terminating': [
    {
      about: 'the Deployment was scaled to zero, and its pod takes its time',
      make: async (world) => {
        await world.make(deployment('web', { args: ['--linger'] }), service('web'))
        await world.settle()
        await world.client.patch(deployments, 'web', 'merge', { spec: { replicas: 0 } }, scope)
      },
      ask,
    },
    {
      about: 'a pod that nothing makes anew is on its way out',
      make: async (world) => {
        await world.make(pod('web', { args: ['--linger'] }), service('web'))
        await world.settle()
        await world.client.delete(pods, 'web', scope)
      },
      ask,
      lookOnly: 'nothing makes another',
    },
  ],
  'pods-crash': [
    {
      about: 'a container ends again and again',
      make: (world) => world.make(deployment('web', { args: ['--crash'] }), service('web')),
      ask,
      lookOnly: 'why a program ends stands in its log',
    },
  ],
  'pods-not-ready': [
    {
      about: 'the readiness probe knocks where nothing listens',
      make: (world) => world.make(deployment('web', { extra: probed(9090) }), service('web')),
      ask,
    },
    {
      about: 'a readiness gate that nobody opens',
      make: (world) =>
        world.make(
          deployment('web', { spec: { readinessGates: [{ conditionType: 'example.com/checked' }] } }),
          service('web'),
        ),
      ask,
    },
  ],
  'pods-pending': [
    {
      about: 'labels that no node has',
      make: (world) => world.make(deployment('web', { spec: { nodeSelector: { disk: 'ssd' } } }), service('web')),
      ask,
    },
    {
      about: 'the only node that fits is cordoned',
      make: async (world) => {
        await world.client.patch(nodes, 'node-3', 'merge', { spec: { unschedulable: true } })
        await world.make(deployment('web', { spec: onNode('node-3') }), service('web'))
      },
      ask,
    },
    {
      about: 'a taint that the pods do not tolerate',
      make: async (world) => {
        await world.client.patch(nodes, 'node-3', 'merge', taint('disk'))
        await world.make(deployment('web', { spec: onNode('node-3') }), service('web'))
      },
      ask,
    },
    {
      about: 'no node has the processors that are asked for',
      make: (world) =>
        world.make(deployment('web', { extra: { resources: { requests: { cpu: '900' } } } }), service('web')),
      ask,
    },
    {
      about: 'labels that no node has, and the node that is nearest to them is cordoned',
      make: async (world) => {
        await world.client.patch(nodes, 'node-1', 'merge', { metadata: { labels: { zone: 'a' } } })
        await world.client.patch(nodes, 'node-1', 'merge', { spec: { unschedulable: true } })
        await world.make(deployment('web', { spec: { nodeSelector: { zone: 'a', disk: 'ssd' } } }), service('web'))
      },
      ask,
    },
    {
      about: 'labels that no node has, and the first node has a taint',
      make: async (world) => {
        await world.client.patch(nodes, 'node-1', 'merge', taint('gpu'))
        await world.make(deployment('web', { spec: { nodeSelector: { disk: 'ssd' } } }), service('web'))
      },
      ask,
    },
  ],
  'pods-starting': [
    {
      about: 'a ConfigMap that is not there',
      make: (world) =>
        world.make(deployment('web', { extra: { envFrom: [{ configMapRef: { name: 'absent' } }] } }), service('web')),
      ask,
    },
  ],
  'scaled-to-zero': [
    {
      about: 'the Deployment makes no pod',
      make: (world) => world.make(deployment('web', { replicas: 0 }), service('web')),
      ask,
    },
  ],
  'selector-matches-nothing': [
    {
      about: 'a selector with a slip of the fingers',
      make: (world) => world.make(deployment('web'), service('web', { selector: { app: 'wbe', tier: 'x' } })),
      ask,
    },
    {
      about: 'a selector that several Deployments are near to',
      make: (world) =>
        world.make(
          deployment('web', { labels: { tier: 'front' } }),
          deployment('web-2', { labels: { tier: 'back' } }),
          service('web', { selector: { app: 'wbe', tier: 'fornt' } }),
        ),
      ask,
    },
    {
      about: 'labels that merely happen to be there',
      make: (world) =>
        world.make(deployment('web'), service('ledger', { selector: { app: 'ledger' }, ports: [{ port: 5432 }] })),
      ask: { from, to: 'svc/ledger' },
      lookOnly: 'which pods are meant only a person knows',
    },
  ],
  'target-port-closed': [
    {
      about: 'nothing listens on the targetPort',
      make: (world) => world.make(deployment('web'), service('web', { ports: [{ port: 80, targetPort: 9090 }] })),
      ask,
    },
    {
      about: 'a pod is asked where it does not listen',
      make: (world) => world.make(pod('web')),
      ask: { from, to: 'pod/web:9090' },
    },
    {
      about: 'a declared port at which nothing listens is nearer than the one that is open',
      make: (world) =>
        world.make(
          deployment('web', { ports: [{ containerPort: 9091 }, { containerPort: 8080 }] }),
          service('web', { ports: [{ port: 80, targetPort: 9090 }] }),
        ),
      ask,
    },
    {
      about: 'the program listens on nothing at all',
      make: (world) => world.make(deployment('web', { args: ['--listen='] }), service('web')),
      ask,
      lookOnly: 'why a program does not listen stands in its log',
    },
  ],
  'target-port-unknown': [
    {
      about: 'a targetPort with a slip of the fingers',
      make: (world) => world.make(deployment('web'), service('web', { ports: [{ port: 80, targetPort: 'htpp' }] })),
      ask,
    },
    {
      about: 'the name that is nearest is of a port at which nothing listens',
      make: (world) =>
        world.make(
          deployment('web', {
            ports: [
              { name: 'htp', containerPort: 9091 },
              { name: 'web', containerPort: 8080 },
            ],
          }),
          service('web', { ports: [{ port: 80, targetPort: 'htpp' }] }),
        ),
      ask,
    },
  ],
} as const satisfies Record<string, readonly Broken[]>

const scope = { namespace: 'default' }
