import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListeningSocket } from '../../cluster/facts.ts'
import { at, facts, listening, pod, service, slice } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const { network } = facts()
const client = pod('client', 1, 9, { labels: { app: 'client' } })
const socket = (port: number, address = '::', protocol: ListeningSocket['protocol'] = 'TCP') => ({
  protocol,
  address,
  port,
})
const open = (...sockets: readonly ListeningSocket[]) => ({ listening: { ...listening, 'pod/web-1': sockets } })
const one = (spec: object = {}, more: object = {}) => pod('web-1', 1, 11, { spec, ...more })
const first = (port = 8080) => [slice('web', [at('10.244.1.11', 1)], { name: '', port, protocol: 'TCP' })]
const to = (targetPort: unknown) => ({
  services: [
    service('web', '10.96.0.1', {
      ports: [
        { port: 79, protocol: 'UDP' },
        { port: 80, targetPort },
      ],
    }),
  ],
})
const ports = (...declared: readonly object[]) => ({
  containers: [{ name: 'web', ports: declared, command: ['serve'], args: ['--port', '1'] }, { name: 'idle' }],
})
const [http, admin] = [
  { name: 'http', containerPort: 8080 },
  { name: 'admin', containerPort: 9090 },
]
const headless = {
  services: [
    service('web', undefined, { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 80, targetPort: 9090 }] }),
  ],
}
const node = {
  services: [service('web', '10.96.0.1', { selector: {} })],
  slices: [slice('web', [at('172.30.0.2', 1)])],
}
const unseen = { listening: {} }
const none = { slices: [] }

const asked = (more: Parameters<typeof diagnosed>[0]) => diagnosed(more, { to: 'svc/web:80' })

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'a name that none declares: the likest that listens',
    () => asked({ ...none, ...to('htp'), ...open(socket(9090)), pods: [one(ports(admin, http)), client] }),
    {
      facts: {
        reason: 'target-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        targetPort: 'htp',
        protocol: 'TCP',
        declared: [
          { container: 'web', name: 'admin', port: 9090 },
          { container: 'web', name: 'http', port: 8080 },
        ],
        open: [9090],
      },
      effects: [{ code: 'lead-port-to', port: 80, target: 'admin' }],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/1/targetPort","value":"admin"}]',
      ],
    },
  ],
  [
    'a name that none declares, and nobody looked',
    () => asked({ ...none, ...unseen, ...to('htp'), pods: [one(ports(admin, http)), client] }),
    {
      facts: {
        reason: 'target-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        targetPort: 'htp',
        protocol: 'TCP',
        declared: [
          { container: 'web', name: 'admin', port: 9090 },
          { container: 'web', name: 'http', port: 8080 },
        ],
        open: [],
      },
      effects: [{ code: 'lead-port-to', port: 80, target: 'http' }],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/1/targetPort","value":"http"}]',
      ],
    },
  ],
  [
    'a name that none declares, and ports without names',
    () => asked({ ...none, ...unseen, ...to('htp'), pods: [one(ports({ containerPort: 7070 })), client] }),
    {
      facts: {
        reason: 'target-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        targetPort: 'htp',
        protocol: 'TCP',
        declared: [{ container: 'web', port: 7070 }],
        open: [],
      },
      effects: [{ code: 'lead-port-to', port: 80, target: '7070' }],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/1/targetPort","value":7070}]',
      ],
    },
  ],
  [
    'a name that none declares, and what listens is not declared',
    () => asked({ ...none, ...to('htp'), ...open(socket(6060), socket(5050)), pods: [one(ports(http)), client] }),
    {
      facts: {
        reason: 'target-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        targetPort: 'htp',
        protocol: 'TCP',
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        open: [5050, 6060],
      },
      effects: [{ code: 'lead-port-to', port: 80, target: '5050' }],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/1/targetPort","value":5050}]',
      ],
    },
  ],
  [
    'a name that none declares over the protocol, and nothing at all',
    () =>
      asked({
        ...none,
        ...unseen,
        ...to('dns'),
        pods: [one(ports({ name: 'dns', containerPort: 53, protocol: 'UDP' })), client],
      }),
    {
      facts: {
        reason: 'target-port-unknown',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        targetPort: 'dns',
        protocol: 'TCP',
        declared: [],
        open: [],
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'the declared port that listens and is nearest',
    () =>
      asked({
        ...to(9000),
        slices: first(9000),
        ...open(socket(22), socket(8080), socket(9090)),
        pods: [one(ports(http, admin)), client],
      }),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 9000,
        protocol: 'TCP',
        open: [22, 8080, 9090],
        declared: [
          { container: 'web', name: 'http', port: 8080 },
          { container: 'web', name: 'admin', port: 9090 },
        ],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        commands: [],
      },
      effects: [
        { code: 'lead-port-to', port: 80, target: '9090' },
        { code: 'show-log', of: 'pod' },
      ],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/1/targetPort","value":9090}]',
        'kubectl logs web-1 -n default',
      ],
    },
  ],
  [
    'a port that no container declares, since none that it does listens',
    () => asked({ ...to(9000), slices: first(9000), ...open(socket(22)), pods: [one(ports(http)), client] }),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 9000,
        protocol: 'TCP',
        open: [22],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        commands: [],
      },
      effects: [
        { code: 'lead-port-to', port: 80, target: '22' },
        { code: 'show-log', of: 'pod' },
      ],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/1/targetPort","value":22}]',
        'kubectl logs web-1 -n default',
      ],
    },
  ],
  [
    'nothing listens at all: what it was told to run',
    () => asked({ ...to('http'), slices: first(), ...open(), pods: [one(ports(http)), client] }),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 8080,
        protocol: 'TCP',
        open: [],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        targetPort: 'http',
        commands: [{ container: 'web', argv: ['serve', '--port', '1'] }],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'pod' }],
      commands: ['kubectl logs web-1 -n default'],
    },
  ],
  [
    'it listens over another protocol',
    () => asked({ ...to(8080), slices: first(), ...open(socket(8080, '::', 'UDP')), pods: [one(ports(http)), client] }),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 8080,
        protocol: 'TCP',
        open: [],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        commands: [{ container: 'web', argv: ['serve', '--port', '1'] }],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'pod' }],
      commands: ['kubectl logs web-1 -n default'],
    },
  ],
  [
    'it listens at its loopback address alone',
    () =>
      asked({
        ...to(8080),
        slices: first(),
        ...open(socket(8080, '127.0.0.1'), socket(9090, '::1'), socket(53, '::1', 'UDP')),
        pods: [one(ports(http)), client],
      }),
    {
      facts: {
        reason: 'listens-on-loopback',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 8080,
        protocol: 'TCP',
        sockets: [
          { address: '127.0.0.1', port: 8080 },
          { address: '::1', port: 9090 },
        ],
        commands: [{ container: 'web', argv: ['serve', '--port', '1'] }],
      },
      effects: [{ code: 'show-log', of: 'pod' }],
      commands: ['kubectl logs web-1 -n default'],
    },
  ],
  [
    'a pod that is asked by itself',
    () => diagnosed({ ...open(socket(9090)), pods: [one(ports(http)), client] }, { to: 'pod/web-1:8080' }),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 8080,
        protocol: 'TCP',
        open: [9090],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        commands: [],
      },
      effects: [{ code: 'ask-listening-port' }, { code: 'show-log', of: 'pod' }],
      commands: ['fairlead explain --from pod/client --to pod/default/web-1:9090', 'kubectl logs web-1 -n default'],
    },
  ],
  [
    'the port of a headless Service: the one that it leads to',
    () =>
      diagnosed({
        ...headless,
        slices: first(9090),
        ...open(socket(22), socket(9090)),
        pods: [one(ports(http)), client],
      }),
    {
      facts: {
        reason: 'headless-port',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 80,
        protocol: 'TCP',
        open: [22, 9090],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        told: false,
      },
      effects: [{ code: 'ask-pods-port' }],
      commands: ['fairlead explain --from pod/client --to svc/web:9090'],
    },
  ],
  [
    'where nobody looked: what its slices say',
    () => diagnosed({ ...headless, ...unseen, slices: first(9090), pods: [one(ports(http)), client] }),
    {
      facts: {
        reason: 'headless-port',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 80,
        protocol: 'TCP',
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        told: true,
      },
      effects: [{ code: 'ask-pods-port' }],
      commands: ['fairlead explain --from pod/client --to svc/web:9090'],
    },
  ],
  [
    'and no port of them is that',
    () =>
      diagnosed(
        { ...headless, slices: first(9090), ...open(socket(22)), pods: [one(ports(http)), client] },
        { to: 'web.default:80' },
      ),
    {
      facts: {
        reason: 'headless-port',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 80,
        protocol: 'TCP',
        open: [22],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        told: false,
      },
      effects: [{ code: 'ask-pods-port' }],
      commands: ['fairlead explain --from pod/client --to web.default:22'],
    },
  ],
  [
    'and nothing listens',
    () => diagnosed({ ...headless, slices: first(9090), ...open(), pods: [one(ports(http)), client] }),
    {
      facts: {
        reason: 'headless-port',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 80,
        protocol: 'TCP',
        open: [],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        told: false,
      },
      effects: [{ code: 'show-log', of: 'pod' }],
      commands: ['kubectl logs web-1 -n default'],
    },
  ],
  [
    'an endpoint of a node, where programs listen',
    () =>
      diagnosed({
        ...node,
        listening: {
          ...listening,
          'node/node-1': [
            socket(9, '0.0.0.0'),
            socket(8, '172.30.0.2'),
            socket(8, '::'),
            socket(7, '10.0.0.1'),
            socket(8080, '::1'),
            socket(6, '::', 'UDP'),
          ],
        },
      }),
    {
      facts: {
        reason: 'endpoint-closed',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '172.30.0.2',
        port: 8080,
        protocol: 'TCP',
        onLoopback: true,
        open: [8, 9],
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
  [
    'an endpoint of the host, where nothing listens',
    () =>
      diagnosed({
        ...node,
        slices: [slice('web', [{ addresses: ['172.30.0.1'] }])],
        network,
        listening: { ...listening, host: [] },
      }),
    {
      facts: {
        reason: 'endpoint-closed',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        address: '172.30.0.1',
        port: 8080,
        protocol: 'TCP',
        onLoopback: false,
        open: [],
      },
      effects: [{ code: 'show-endpoints' }],
      commands: ['kubectl get endpointslices -n default -l kubernetes.io/service-name=web'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`why a backend does not take what is sent to its port: ${about}`, () => assert.deepEqual(got(), found))
