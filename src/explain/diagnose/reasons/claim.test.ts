import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { at, facts, service, slice } from '../../testing/cluster.ts'
import { diagnosed } from '../../testing/diagnosed.ts'

const made = (name: string, year: number, spec: object = {}): Service => ({
  ...service(
    name,
    `10.96.0.${year - 2000}`,
    { type: 'LoadBalancer', ...spec },
    { creationTimestamp: `${year}-01-01T00:00:00Z` },
  ),
  status: { loadBalancer: { ingress: [{ ip: '172.30.255.1' }] } },
})
const slices = ['old', 'web'].map((name) => slice(name, [at('10.244.1.11', 1)]))
const host = { from: 'host', to: 'svc/web' }
const udp = { ports: [{ port: 80, protocol: 'UDP', targetPort: 8080 }] }
const refused = (node: string, of: string) => ({ node, service: of, message: `${node} has no memory` })
const { network } = facts()

const TABLE: readonly (readonly [about: string, got: () => object, found: object])[] = [
  [
    'an older one has its load balancer address',
    () => diagnosed({ services: [made('old', 2025), made('web', 2026)], slices }, host),
    {
      facts: {
        reason: 'lost-claim',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        winner: { kind: 'Service', namespace: 'default', name: 'old' },
        address: '172.30.255.1',
        port: 80,
        protocol: 'TCP',
      },
      effects: [{ code: 'ask-cluster-ip' }],
      commands: ['fairlead explain --from host --to 10.96.0.26:80'],
    },
  ],
  [
    'an older one has the address that it asked for',
    () =>
      diagnosed({ services: [made('old', 2025), made('web', 2026, { loadBalancerIP: '172.30.255.1' })], slices }, host),
    {
      facts: {
        reason: 'lost-claim',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        winner: { kind: 'Service', namespace: 'default', name: 'old' },
        address: '172.30.255.1',
        port: 80,
        protocol: 'TCP',
      },
      effects: [{ code: 'take-any-address' }, { code: 'ask-cluster-ip' }],
      commands: [
        'kubectl patch service web -n default --type merge -p {"spec":{"loadBalancerIP":null}}',
        'fairlead explain --from host --to 10.96.0.26:80',
      ],
    },
  ],
  [
    'an older one claims its address as an external IP',
    () =>
      diagnosed(
        {
          services: [
            service(
              'old',
              '10.96.0.25',
              { externalIPs: ['203.0.113.5', '172.30.255.1'] },
              { creationTimestamp: '2025-01-01T00:00:00Z' },
            ),
            made('web', 2026),
          ],
          slices,
        },
        host,
      ),
    {
      facts: {
        reason: 'lost-claim',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        winner: { kind: 'Service', namespace: 'default', name: 'old' },
        address: '172.30.255.1',
        port: 80,
        protocol: 'TCP',
      },
      effects: [
        { code: 'free-claim', service: { kind: 'Service', namespace: 'default', name: 'old' } },
        { code: 'ask-cluster-ip' },
      ],
      commands: [
        'kubectl patch service old -n default --type json -p [{"op":"remove","path":"/spec/externalIPs/1"}]',
        'fairlead explain --from host --to 10.96.0.26:80',
      ],
    },
  ],
  [
    'over another protocol the younger one has it',
    () =>
      diagnosed(
        { services: [made('old', 2025), made('web', 2026, udp)], slices },
        { ...host, to: 'svc/web:80', protocol: 'TCP' },
      ),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '80',
        address: '172.30.255.1',
        serves: [{ port: 80, protocol: 'UDP' }],
        isNodePort: false,
        servedOver: 'UDP',
        targetOf: [],
        sharedWith: { kind: 'Service', namespace: 'default', name: 'old' },
      },
      effects: [{ code: 'ask-other-protocol', port: { port: 80, protocol: 'UDP' } }],
      commands: ['fairlead explain --from host --to svc/default/web:80 --proto udp'],
    },
  ],
  [
    'a port that is the other’s alone',
    () =>
      diagnosed(
        { services: [made('old', 2025), made('web', 2026, { ports: [{ port: 81, targetPort: 8080 }] })], slices },
        { ...host, to: 'svc/web:80' },
      ),
    {
      facts: {
        reason: 'port-not-served',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        protocol: 'TCP',
        port: '80',
        address: '172.30.255.1',
        serves: [{ port: 81, protocol: 'TCP' }],
        isNodePort: false,
        targetOf: [],
        sharedWith: { kind: 'Service', namespace: 'default', name: 'old' },
      },
      effects: [
        { code: 'ask-served-port', port: { port: 81, protocol: 'TCP' } },
        { code: 'serve-port', port: 80 },
      ],
      commands: [
        'fairlead explain --from host --to 172.30.255.1:81',
        'kubectl patch service web -n default --type json -p [{"op":"add","path":"/spec/ports/0/name","value":"port-81"},{"op":"add","path":"/spec/ports/-","value":{"name":"port-80","port":80,"protocol":"TCP","targetPort":8080}}]',
      ],
    },
  ],
  [
    'a node port that an older one has',
    () =>
      diagnosed(
        {
          services: [
            made('old', 2025, { type: 'NodePort', ports: [{ port: 80, nodePort: 30081, targetPort: 8080 }] }),
            made('web', 2026, { type: 'NodePort', ports: [{ port: 80, nodePort: 30081, targetPort: 8080 }] }),
          ],
          slices,
          network: { ...network, foreign: true },
        },
        { from: '203.0.113.9', to: 'svc/web' },
      ),
    {
      facts: {
        reason: 'lost-claim',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        winner: { kind: 'Service', namespace: 'default', name: 'old' },
        port: 30081,
        protocol: 'TCP',
      },
      effects: [],
      commands: [],
    },
  ],
  [
    'the kernels of nodes refused it',
    () =>
      diagnosed(
        {
          refused: [
            refused('node-2', 'default/web'),
            refused('node-1', 'default/local'),
            refused('node-1', 'default/web'),
          ],
        },
        { from: 'host', to: '10.96.0.1:80' },
      ),
    {
      facts: {
        reason: 'not-applied',
        service: { kind: 'Service', namespace: 'default', name: 'web' },
        nodes: ['node-2', 'node-1'],
        message: 'node-2 has no memory',
        doubt: true,
      },
      effects: [{ code: 'show-status' }],
      commands: ['fairlead status'],
    },
  ],
]
for (const [about, got, found] of TABLE)
  test(`who answers in the place of a Service: ${about}`, () => assert.deepEqual(got(), found))
