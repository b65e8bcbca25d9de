import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { facts, node, pod, service } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const { network } = facts()
const foreign = { network: { ...network, foreign: true } }
const LAST = 'kubectl.kubernetes.io/last-applied-configuration'
const open = (name: string, ports: readonly object[], more: object = {}): Service =>
  service(name, '10.96.0.1', { type: 'NodePort', ports, ...more })
const applied = (name: string, was: unknown, spec: object = {}): Service =>
  service(name, '10.96.0.1', spec, { annotations: { [LAST]: typeof was === 'string' ? was : JSON.stringify(was) } })
const port = (nodePort: number, more: object = {}) => ({ port: 80, nodePort, ...more })
const many = Array.from({ length: 12 }, (_, index) => open(`web-${index}`, [port(30100 + index)]))
const host = (to: string) => ({ from: 'host', to })
const outside = (to: string) => ({ from: '203.0.113.9', to })
const balanced = (name: string, ip: string, ports: readonly object[] = [{ port: 80, targetPort: 8080 }]): Service => ({
  ...service(name, '10.96.0.1', { type: 'LoadBalancer', ports }),
  status: { loadBalancer: { ingress: [{ ip }] } },
})
const local = { externalTrafficPolicy: 'Local' }
const bare = service('bare', undefined, { clusterIP: 'None', clusterIPs: ['None'] })
const unseen = { listening: {} }
const client = pod('client', 1, 9, { labels: {}, ports: [] })
const external = (ports?: readonly object[]) =>
  service('web', '10.96.0.1', { externalIPs: ['203.0.113.5'], ...(ports && { ports }) })
const ports = [
  { name: 'a', containerPort: 1 },
  { containerPort: 2 },
  { containerPort: 3 },
  { containerPort: 4 },
  { containerPort: 5, protocol: 'UDP' },
]

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'a node port of nobody: those of the protocol, ten told and three asked',
    () => diagnosed({ services: many }, host('172.30.0.2:30200')),
    {
      facts: {
        reason: 'node-port-unknown',
        node: 'node-1',
        port: 30200,
        protocol: 'TCP',
        known: [
          { port: 30100, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-0' } },
          { port: 30101, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-1' } },
          { port: 30102, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-2' } },
          { port: 30103, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-3' } },
          { port: 30104, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-4' } },
          { port: 30105, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-5' } },
          { port: 30106, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-6' } },
          { port: 30107, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-7' } },
          { port: 30108, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-8' } },
          { port: 30109, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-9' } },
        ],
      },
      effects: [
        { code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web-0' } },
        { code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web-1' } },
        { code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web-2' } },
      ],
      commands: [
        'fairlead explain --from host --to 172.30.0.2:30100',
        'fairlead explain --from host --to 172.30.0.2:30101',
        'fairlead explain --from host --to 172.30.0.2:30102',
      ],
    },
  ],
  [
    'a node port of nobody, which is the port of one',
    () =>
      diagnosed(
        { services: [open('api', [{ port: 81, nodePort: 30082 }]), open('web', [port(30081)])] },
        host('172.30.0.2:80'),
      ),
    {
      facts: {
        reason: 'node-port-unknown',
        node: 'node-1',
        port: 80,
        protocol: 'TCP',
        known: [
          { port: 30082, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'api' } },
          { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web' } },
        ],
        range: { from: 30000, to: 32767 },
      },
      effects: [{ code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
      commands: ['fairlead explain --from host --to 172.30.0.2:30081'],
    },
  ],
  [
    'a node port of nobody, over the other protocol',
    () =>
      diagnosed(
        { services: [open('api', [port(30082, { protocol: 'UDP' })]), open('web', [port(30081)])] },
        host('172.30.0.2:30200'),
      ),
    {
      facts: {
        reason: 'node-port-unknown',
        node: 'node-1',
        port: 30200,
        protocol: 'TCP',
        known: [
          { port: 30082, protocol: 'UDP', service: { kind: 'Service', namespace: 'default', name: 'api' } },
          { port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web' } },
        ],
      },
      effects: [{ code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
      commands: ['fairlead explain --from host --to 172.30.0.2:30081'],
    },
  ],
  [
    'a node port below the range, and one of policy Local',
    () => diagnosed({ services: [open('web', [port(30081)], local)], slices: [] }, host('172.30.0.2:29999')),
    {
      facts: {
        reason: 'node-port-unknown',
        node: 'node-1',
        port: 29999,
        protocol: 'TCP',
        known: [{ port: 30081, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
        range: { from: 30000, to: 32767 },
      },
      effects: [{ code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
      commands: ['fairlead explain --from host --to 172.30.0.2:30081'],
    },
  ],
  [
    'a node port beyond the range, and none at all',
    () => diagnosed({ services: [] }, host('172.30.0.2:32768')),
    {
      facts: {
        reason: 'node-port-unknown',
        node: 'node-1',
        port: 32768,
        protocol: 'TCP',
        known: [],
        range: { from: 30000, to: 32767 },
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a node port of nobody, the last of the range',
    () => diagnosed({ services: [] }, host('172.30.0.2:32767')),
    {
      facts: { reason: 'node-port-unknown', node: 'node-1', port: 32767, protocol: 'TCP', known: [] },
      effects: [],
      commands: [],
    },
  ],
  [
    'a type that changed, and the number stayed',
    () =>
      diagnosed(
        { services: [service('web', '10.96.0.1', { ports: [{ port: 79 }, port(30081)] })] },
        host('172.30.0.2:30081'),
      ),
    {
      facts: {
        reason: 'type-changed',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        type: 'ClusterIP',
        node: 'node-1',
        nodePort: 30081,
        protocol: 'TCP',
        answersAt: [{ address: '10.96.0.1', port: 80 }],
      },
      effects: [{ code: 'restore-node-port' }],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"replace","path":"/spec/type","value":"NodePort"},{"op":"add","path":"/spec/ports/1/nodePort","value":30081}]',
      ],
    },
  ],
  [
    'a type that changed, and the number went',
    () =>
      diagnosed(
        {
          services: [
            applied('api', 'no JSON'),
            applied('web', { spec: { ports: [port(30081, { port: 80 })] } }, { ports: [{ port: 79 }, { port: 80 }] }),
          ],
        },
        host('172.30.0.2:30081'),
      ),
    {
      facts: {
        reason: 'type-changed',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        type: 'ClusterIP',
        node: 'node-1',
        nodePort: 30081,
        protocol: 'TCP',
        answersAt: [{ address: '10.96.0.1', port: 80 }],
      },
      effects: [{ code: 'restore-node-port' }],
      commands: [
        'kubectl patch service web -n default --type json -p [{"op":"replace","path":"/spec/type","value":"NodePort"},{"op":"add","path":"/spec/ports/1/nodePort","value":30081}]',
      ],
    },
  ],
  [
    'a type that changed, of another protocol',
    () =>
      diagnosed(
        { services: [applied('web', { spec: { ports: [port(30081, { protocol: 'UDP' })] } })] },
        host('172.30.0.2:30081'),
      ),
    {
      facts: { reason: 'node-port-unknown', node: 'node-1', port: 30081, protocol: 'TCP', known: [] },
      effects: [],
      commands: [],
    },
  ],
  [
    'what was applied has no ports',
    () => diagnosed({ services: [applied('web', {})] }, host('172.30.0.2:30081')),
    {
      facts: { reason: 'node-port-unknown', node: 'node-1', port: 30081, protocol: 'TCP', known: [] },
      effects: [],
      commands: [],
    },
  ],
  [
    'what is a node port of a balanced Service is no change of type',
    () =>
      diagnosed(
        {
          services: [
            applied(
              'web',
              { spec: { ports: [port(30081)] } },
              { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30090 }] },
            ),
          ],
        },
        host('172.30.0.2:30081'),
      ),
    {
      facts: {
        reason: 'node-port-unknown',
        node: 'node-1',
        port: 30081,
        protocol: 'TCP',
        known: [{ port: 30090, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
      },
      effects: [{ code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
      commands: ['fairlead explain --from host --to 172.30.0.2:30090'],
    },
  ],
  [
    'a node port that is asked of the host',
    () => diagnosed({ services: [open('web', [port(30081)])] }, { to: '172.30.0.1:30081' }),
    {
      facts: {
        reason: 'listener-unknown',
        address: '172.30.0.1',
        port: 30081,
        protocol: 'TCP',
        doubt: true,
        of: 'outside',
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a port of the host at which nothing listens',
    () =>
      diagnosed(
        { services: [open('web', [port(30081, { protocol: 'UDP' })])], listening: { host: [] } },
        { to: '172.30.0.1:30081' },
      ),
    {
      facts: { reason: 'nobody-there', address: '172.30.0.1', range: 'host', port: 30081, protocol: 'TCP' },
      effects: [],
      commands: [],
    },
  ],
  [
    'a ClusterIP of nobody, and Services of that port: three at most; headless ones are told',
    () =>
      diagnosed(
        { services: [bare, ...['a', 'b', 'c', 'd'].map((name, index) => service(name, `10.96.0.${index + 10}`))] },
        { to: '10.96.0.200:80' },
      ),
    {
      facts: {
        reason: 'cluster-ip-unassigned',
        address: '10.96.0.200',
        headless: [{ kind: 'Service', namespace: 'default', name: 'bare' }],
      },
      effects: [
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'a' } },
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'b' } },
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'c' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/a:80',
        'fairlead explain --from pod/client --to svc/default/b:80',
        'fairlead explain --from pod/client --to svc/default/c:80',
      ],
    },
  ],
  [
    'a ClusterIP of nobody, and no Service of that port',
    () => diagnosed({}, { to: '10.96.0.200:81' }),
    { facts: { reason: 'cluster-ip-unassigned', address: '10.96.0.200', headless: [] }, effects: [], commands: [] },
  ],
  [
    'an external IP that no route leads to a node',
    () => diagnosed({ services: [external()] }, host('203.0.113.5:80')),
    {
      facts: {
        reason: 'external-ip-not-routed',
        address: '203.0.113.5',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [{ code: 'ask-cluster-ip' }],
      commands: ['fairlead explain --from host --to 10.96.0.1:80'],
    },
  ],
  [
    'an external IP, at a port that the Service does not serve',
    () => diagnosed({ services: [external()] }, host('203.0.113.5:81')),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '81',
        address: '203.0.113.5',
        serves: [{ port: 80, protocol: 'TCP' }],
        isNodePort: false,
        targetOf: [],
      },
      effects: [
        { code: 'ask-served-port', port: { port: 80, protocol: 'TCP' } },
        { code: 'serve-port', port: 81 },
      ],
      commands: [
        'fairlead explain --from host --to 203.0.113.5:80',
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/0/name","value":"port-80"},{"op":"add","path":"/spec/ports/-","value":{"name":"port-81","port":81,"protocol":"TCP","targetPort":8080}}]',
      ],
    },
  ],
  [
    'an external IP, over another protocol',
    () =>
      diagnosed(
        { services: [external([{ port: 80, protocol: 'UDP' }])] },
        { ...host('203.0.113.5:80'), protocol: 'TCP' },
      ),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '80',
        address: '203.0.113.5',
        serves: [{ port: 80, protocol: 'UDP' }],
        isNodePort: false,
        servedOver: 'UDP',
        targetOf: [],
      },
      effects: [{ code: 'ask-other-protocol', port: { port: 80, protocol: 'UDP' } }],
      commands: ['fairlead explain --from host --to svc/default/web:80 --proto udp'],
    },
  ],
  [
    'an external IP, from outside of a cluster of others, which any node answers',
    () => diagnosed({ services: [external()], ...foreign, nodes: [] }, outside('203.0.113.5:80')),
    {
      facts: {
        reason: 'external-ip-not-routed',
        address: '203.0.113.5',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a ClusterIP from outside: a load balancer and a node port',
    () =>
      diagnosed(
        {
          ...foreign,
          services: [{ ...balanced('web', '172.30.255.1', [{ port: 79, nodePort: 30079 }, port(30081)]) }],
        },
        outside('10.96.0.1:80'),
      ),
    {
      facts: {
        reason: 'cluster-ip-outside',
        address: '10.96.0.1',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        from: '203.0.113.9',
      },
      effects: [{ code: 'ask-load-balancer' }, { code: 'ask-node-port' }],
      commands: [
        'fairlead explain --from 203.0.113.9 --to 172.30.255.1:80',
        'fairlead explain --from 203.0.113.9 --to 172.30.0.2:30081',
      ],
    },
  ],
  [
    'a ClusterIP from outside: over another protocol',
    () =>
      diagnosed(
        { ...foreign, services: [open('web', [port(30081)])] },
        { ...outside('10.96.0.1:80'), protocol: 'UDP' },
      ),
    {
      facts: {
        reason: 'cluster-ip-outside',
        address: '10.96.0.1',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        from: '203.0.113.9',
      },
      effects: [{ code: 'give-node-port' }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"type":"NodePort"}}'],
    },
  ],
  [
    'a ClusterIP from outside, and no node',
    () => diagnosed({ ...foreign, nodes: [], services: [open('web', [port(30081)])] }, outside('10.96.0.1:80')),
    {
      facts: {
        reason: 'cluster-ip-outside',
        address: '10.96.0.1',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        from: '203.0.113.9',
      },
      effects: [{ code: 'give-node-port' }],
      commands: ['kubectl patch service web -n default --type merge -p {"spec":{"type":"NodePort"}}'],
    },
  ],
  [
    'an address of pods: Services that lead there, three at most',
    () =>
      diagnosed(
        {
          services: ['a', 'b', 'c', 'd'].map((name, index) =>
            service(name, `10.96.0.${index + 10}`, { ports: [{ port: 80, targetPort: index }] }),
          ),
        },
        { to: '10.244.2.77:80' },
      ),
    {
      facts: { reason: 'nobody-there', address: '10.244.2.77', range: 'pods', node: 'node-2' },
      effects: [
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'a' } },
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'b' } },
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'c' } },
        { code: 'show-pod-addresses' },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/a:80',
        'fairlead explain --from pod/client --to svc/default/b:80',
        'fairlead explain --from pod/client --to svc/default/c:80',
        'kubectl get pods -A -o wide',
      ],
    },
  ],
  [
    'an address of pods of no node',
    () =>
      diagnosed(
        { services: [service('a', '10.96.0.1'), service('b', '10.96.0.2', { ports: [{ port: 8080 }] })] },
        { to: '10.244.77.7:8080' },
      ),
    {
      facts: { reason: 'nobody-there', address: '10.244.77.7', range: 'pods' },
      effects: [
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'a' } },
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'b' } },
        { code: 'show-pod-addresses' },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/a:80',
        'fairlead explain --from pod/client --to svc/default/b:8080',
        'kubectl get pods -A -o wide',
      ],
    },
  ],
  [
    'an address of the load balancer: who has which',
    () =>
      diagnosed(
        {
          services: [
            balanced('a', '172.30.255.1'),
            balanced('b', '172.30.255.2', [{ port: 81 }]),
            service('c', '10.96.0.3'),
          ],
        },
        { to: '172.30.255.9:80' },
      ),
    {
      facts: {
        reason: 'nobody-there',
        address: '172.30.255.9',
        range: 'load-balancer',
        known: [
          { service: { kind: 'Service', namespace: 'default', name: 'a' }, addresses: ['172.30.255.1'] },
          { service: { kind: 'Service', namespace: 'default', name: 'b' }, addresses: ['172.30.255.2'] },
        ],
      },
      effects: [
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'a' } },
        { code: 'if-service-is-meant', service: { kind: 'Service', namespace: 'default', name: 'c' } },
        { code: 'show-services' },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/a:80',
        'fairlead explain --from pod/client --to svc/default/c:80',
        'kubectl get services -A',
      ],
    },
  ],
  [
    'an address of several Services, of which one serves the port',
    () =>
      diagnosed(
        {
          services: [balanced('a', '172.30.255.1', [{ port: 81 }]), balanced('b', '172.30.255.1')],
          slices: [],
          nodes: [],
        },
        host('172.30.255.1:80'),
      ),
    {
      facts: {
        reason: 'no-eligible-node',
        service: { kind: 'Service', namespace: 'default', name: 'b' },
        eligible: [],
        excluded: [],
      },
      effects: [{ code: 'show-node-labels' }],
      commands: ['kubectl get nodes --show-labels'],
    },
  ],
  [
    'an address outside, from the host',
    () => diagnosed({}, host('198.51.100.7:80')),
    {
      facts: { reason: 'nobody-there', address: '198.51.100.7', range: 'outside', letOut: true },
      effects: [],
      commands: [],
    },
  ],
  [
    'an address outside, where packets are let out of a cluster of which no node is known',
    () => diagnosed({ nodes: [], network: { ...network, egress: true } }, host('198.51.100.7:80')),
    {
      facts: { reason: 'nobody-there', address: '198.51.100.7', range: 'outside', letOut: true },
      effects: [],
      commands: [],
    },
  ],
  [
    'a label hands the Service to another proxy',
    () =>
      diagnosed(
        {
          services: [service('web', '10.96.0.1', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'x' } })],
        },
        { to: '10.96.0.1:80' },
      ),
    {
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
  ],
  [
    'a port of a pod that nobody could look at: three that it declares',
    () => diagnosed({ ...unseen, pods: [client, pod('web-1', 1, 11, { ports })] }, { to: 'pod/web-1:9999' }),
    {
      facts: {
        reason: 'listener-unknown',
        address: '10.244.1.11',
        port: 9999,
        protocol: 'TCP',
        doubt: true,
        of: 'pod',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        declared: [
          { port: 1, protocol: 'TCP', name: 'a' },
          { port: 2, protocol: 'TCP' },
          { port: 3, protocol: 'TCP' },
          { port: 4, protocol: 'TCP' },
        ],
      },
      effects: [
        { code: 'ask-declared-port' },
        { code: 'ask-declared-port' },
        { code: 'ask-declared-port' },
        { code: 'show-sockets' },
      ],
      commands: [
        'fairlead explain --from pod/client --to pod/default/web-1:1',
        'fairlead explain --from pod/client --to pod/default/web-1:2',
        'fairlead explain --from pod/client --to pod/default/web-1:3',
        'kubectl exec web-1 -n default -- cat /proc/net/tcp /proc/net/tcp6',
      ],
    },
  ],
  [
    'a port of a node that nobody could look at: five node ports',
    () => diagnosed({ ...unseen, services: many }, { to: '172.30.0.3:8080' }),
    {
      facts: {
        reason: 'listener-unknown',
        address: '172.30.0.3',
        port: 8080,
        protocol: 'TCP',
        doubt: true,
        of: 'node',
        node: 'node-2',
        range: { from: 30000, to: 32767 },
        nodePorts: [
          { port: 30100, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-0' } },
          { port: 30101, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-1' } },
          { port: 30102, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-2' } },
          { port: 30103, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-3' } },
          { port: 30104, protocol: 'TCP', service: { kind: 'Service', namespace: 'default', name: 'web-4' } },
        ],
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a loopback address, at a node port',
    () => diagnosed({ services: [open('web', [port(30081)]), ...many] }, { to: '127.0.0.1:30081' }),
    {
      facts: { reason: 'asks-itself', address: '127.0.0.1', port: 30081, protocol: 'TCP' },
      effects: [{ code: 'ask-node-port-of', service: { kind: 'Service', namespace: 'default', name: 'web' } }],
      commands: ['fairlead explain --from pod/client --to 172.30.0.2:30081'],
    },
  ],
  [
    'a loopback address of IPv6, at a port that four Services have',
    () => diagnosed({ services: ['a', 'b', 'c', 'd'].map((name) => service(name, '10.96.0.1')) }, { to: '[::1]:80' }),
    {
      facts: { reason: 'asks-itself', address: '::1', port: 80, protocol: 'TCP' },
      effects: [
        { code: 'ask-service', service: { kind: 'Service', namespace: 'default', name: 'a' } },
        { code: 'ask-service', service: { kind: 'Service', namespace: 'default', name: 'b' } },
        { code: 'ask-service', service: { kind: 'Service', namespace: 'default', name: 'c' } },
      ],
      commands: [
        'fairlead explain --from pod/client --to svc/default/a:80',
        'fairlead explain --from pod/client --to svc/default/b:80',
        'fairlead explain --from pod/client --to svc/default/c:80',
      ],
    },
  ],
  [
    'its own address, where nothing listens',
    () => diagnosed({ pods: [client] }, { to: '10.244.1.9:81' }),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'client' },
        port: 81,
        protocol: 'TCP',
        open: [],
        declared: [],
        commands: [],
        log: { namespace: 'default', pod: 'client', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'pod' }],
      commands: ['kubectl logs client -n default'],
    },
  ],
  [
    'its own address, at a node port',
    () => diagnosed({ pods: [client], services: [open('web', [port(30081)])] }, { to: '10.244.1.9:30081' }),
    {
      facts: {
        reason: 'not-a-node',
        address: '10.244.1.9',
        port: 30081,
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        nodes: [
          { name: 'node-1', address: '172.30.0.2' },
          { name: 'node-2', address: '172.30.0.3' },
        ],
      },
      effects: [{ code: 'ask-node', node: 'node-1' }],
      commands: ['fairlead explain --from pod/client --to 172.30.0.2:30081'],
    },
  ],
  [
    'its own address, where nobody looked',
    () => diagnosed({ pods: [client], ...unseen }, { to: '10.244.1.9:81' }),
    {
      facts: {
        reason: 'listener-unknown',
        address: '10.244.1.9',
        port: 81,
        protocol: 'TCP',
        doubt: true,
        of: 'pod',
        pod: { kind: 'Pod', namespace: 'default', name: 'client' },
        declared: [],
      },
      effects: [{ code: 'show-sockets' }],
      commands: ['kubectl exec client -n default -- cat /proc/net/tcp /proc/net/tcp6'],
    },
  ],
  [
    'a pod that is asked by itself, and waits for its image',
    () =>
      diagnosed(
        {
          pods: [
            client,
            pod('web-1', 1, 11, {
              ready: false,
              status: {
                containerStatuses: [
                  { name: 'web', image: 'x', ready: false, state: { waiting: { reason: 'ErrImagePull' } } },
                ],
              },
            }),
          ],
          listening: { 'pod/web-1': [] },
        },
        { to: 'pod/web-1:8080' },
      ),
    {
      facts: {
        reason: 'image-unknown',
        pods: [
          {
            pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
            trouble: { kind: 'image', container: 'web', image: 'x', state: 'ErrImagePull' },
          },
        ],
        known: ['fairlead/echo', 'fairlead/host'],
      },
      effects: [{ code: 'show-pod' }],
      commands: ['kubectl describe pod web-1 -n default'],
    },
  ],
  [
    'a pod that is asked by itself, and starts',
    () =>
      diagnosed(
        { pods: [client, pod('web-1', 1, 11, { ready: false })], listening: { 'pod/web-1': [] } },
        { to: 'pod/web-1:8080' },
      ),
    {
      facts: {
        reason: 'target-port-closed',
        pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
        port: 8080,
        protocol: 'TCP',
        open: [],
        declared: [{ container: 'web', name: 'http', port: 8080 }],
        commands: [],
        log: { namespace: 'default', pod: 'web-1', container: 'web', previous: false },
      },
      effects: [{ code: 'show-log', of: 'pod' }],
      commands: ['kubectl logs web-1 -n default'],
    },
  ],
  [
    'a sender without the family of an address',
    () => diagnosed({ nodes: [node(1)] }, { from: '10.244.1.9', to: '[fd00:10:96::1]:80' }),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv6',
        of: 'sender',
        sender: { kind: 'pod', namespace: 'default', name: 'client' },
        address: 'fd00:10:96::1',
        has: ['10.244.1.9'],
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'a name whose address the sender has no family for',
    () =>
      diagnosed(
        { services: [service('web', 'fd00:10:96::1', { ipFamilies: ['IPv6'] })] },
        { from: '10.244.1.9', to: 'svc/web:80', family: 'IPv6' },
      ),
    {
      facts: {
        reason: 'family-missing',
        family: 'IPv4',
        of: 'service',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        has: ['IPv6'],
        policy: 'SingleStack',
      },
      effects: [{ code: 'give-family', family: 'IPv4' }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6","IPv4"]}}',
      ],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`what an address is that nobody has: ${about}`, () => assert.deepEqual(got(), found))
