import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../cluster/facts.ts'
import { at, facts, listening, pod, service, slice } from '../testing/cluster.ts'
import { arrive } from './arrival.ts'

const web = service('web', '10.96.0.1')
const bare = service('bare', undefined, { clusterIP: 'None', clusterIPs: ['None'], selector: { app: 'web' } })
const { network } = facts()
const arrived = (
  address: string,
  port: number,
  more: Partial<ClusterFacts> = {},
  by: Parameters<typeof arrive>[4] = {},
  nodes: readonly string[] = ['node-1'],
) => {
  const base = facts()
  const slices = [...base.slices, slice('bare', [at('10.244.2.11', 2)], { name: '', port: 9090, protocol: 'TCP' })]
  const hostnet = pod('hostnet', 2, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.3' }] } })
  const health = service('health', '10.96.0.9', { healthCheckNodePort: 31000 })
  return arrive(
    { ...base, slices, pods: [...base.pods, hostnet], services: [...base.services, health], ...more },
    nodes,
    { address, port },
    'TCP',
    by,
  )
}
const unseen = { listening: {} }
const onLoopback = {
  listening: { ...listening, 'pod/web-2': [{ protocol: 'TCP', address: '::1', port: 8080 }] as const },
}
const egress = { network: { ...network, egress: true } }

const TABLE: readonly (readonly [about: string, got: () => object, arrival: object])[] = [
  [
    'a pod that listens',
    () => arrived('10.244.2.11', 8080),
    {
      arrival: {
        address: '10.244.2.11',
        port: 8080,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          declared: { container: 'web', name: 'http', port: 8080 },
          others: [],
          listens: 'yes',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: {},
    },
  ],
  [
    'a pod of the sending node',
    () => arrived('10.244.1.11', 8080),
    {
      arrival: {
        address: '10.244.1.11',
        port: 8080,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          declared: { container: 'web', name: 'http', port: 8080 },
          others: [],
          listens: 'yes',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      doubt: {},
    },
  ],
  [
    'a pod of one of several sending nodes',
    () => arrived('10.244.1.11', 8080, {}, {}, ['node-1', 'node-2']),
    {
      arrival: {
        address: '10.244.1.11',
        port: 8080,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'either', via: '172.30.0.2' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
          declared: { container: 'web', name: 'http', port: 8080 },
          others: [],
          listens: 'yes',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-1' },
      doubt: {},
    },
  ],
  [
    'a pod that listens elsewhere',
    () => arrived('10.244.2.11', 81),
    {
      arrival: {
        address: '10.244.2.11',
        port: 81,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          others: [{ container: 'web', name: 'http', port: 8080 }],
          listens: 'no',
        },
      },
      verdict: 'closed',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: {},
    },
  ],
  [
    'a pod that listens at its loopback address',
    () => arrived('10.244.2.11', 8080, onLoopback),
    {
      arrival: {
        address: '10.244.2.11',
        port: 8080,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          declared: { container: 'web', name: 'http', port: 8080 },
          others: [],
          listens: 'loopback-only',
        },
      },
      verdict: 'closed',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: {},
    },
  ],
  [
    'a pod that nobody looked at, at a port that it declares',
    () => arrived('10.244.2.11', 8080, unseen),
    {
      arrival: {
        address: '10.244.2.11',
        port: 8080,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          declared: { container: 'web', name: 'http', port: 8080 },
          others: [],
          listens: 'unknown',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: { listensUnknown: true },
    },
  ],
  [
    'at one that it does not',
    () => arrived('10.244.2.11', 81, unseen),
    {
      arrival: {
        address: '10.244.2.11',
        port: 81,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          others: [{ container: 'web', name: 'http', port: 8080 }],
          listens: 'unknown',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'at one to which a Service leads',
    () => arrived('10.244.2.11', 81, unseen, { service: web }),
    {
      arrival: {
        address: '10.244.2.11',
        port: 81,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          others: [{ container: 'web', name: 'http', port: 8080 }],
          listens: 'unknown',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: { listensUnknown: true },
    },
  ],
  [
    'a pod of a headless Service, where it is told to listen',
    () => arrived('10.244.2.11', 9090, unseen, { asked: bare }),
    {
      arrival: {
        address: '10.244.2.11',
        port: 9090,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          others: [{ container: 'web', name: 'http', port: 8080 }],
          listens: 'unknown',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: { listensUnknown: true },
    },
  ],
  [
    'told to listen elsewhere',
    () => arrived('10.244.2.11', 81, unseen, { asked: bare }),
    {
      arrival: {
        address: '10.244.2.11',
        port: 81,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod-told-otherwise',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          others: [{ container: 'web', name: 'http', port: 8080 }],
          told: [9090],
        },
      },
      verdict: 'closed',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: {},
    },
  ],
  [
    'a Service that is not headless tells nothing of it',
    () => arrived('10.244.2.11', 81, unseen, { asked: web }),
    {
      arrival: {
        address: '10.244.2.11',
        port: 81,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
          others: [{ container: 'web', name: 'http', port: 8080 }],
          listens: 'unknown',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'web-2' },
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'a pod of its node’s network, behind a Service',
    () => arrived('172.30.0.3', 8080, unseen, { service: web }),
    {
      arrival: {
        address: '172.30.0.3',
        port: 8080,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: {
          code: 'pod',
          pod: { kind: 'Pod', namespace: 'default', name: 'hostnet' },
          declared: { container: 'web', name: 'http', port: 8080 },
          others: [],
          listens: 'unknown',
        },
      },
      verdict: 'deliver',
      pod: { kind: 'Pod', namespace: 'default', name: 'hostnet' },
      doubt: { listensUnknown: true },
    },
  ],
  [
    'a program of a node',
    () => arrived('172.30.0.2', 53),
    {
      arrival: {
        address: '172.30.0.2',
        port: 53,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'program', onHost: false, listens: 'yes' },
      },
      verdict: 'deliver',
      doubt: {},
    },
  ],
  [
    'a program of a node that nobody looked at',
    () => arrived('172.30.0.2', 53, unseen),
    {
      arrival: {
        address: '172.30.0.2',
        port: 53,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'program', onHost: false, listens: 'unknown' },
      },
      verdict: 'deliver',
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'to which a Service leads',
    () => arrived('172.30.0.2', 53, unseen, { service: web }),
    {
      arrival: {
        address: '172.30.0.2',
        port: 53,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'program', onHost: false, listens: 'unknown' },
      },
      verdict: 'deliver',
      doubt: { listensUnknown: true },
    },
  ],
  [
    'a health check port that nobody looked at',
    () => arrived('172.30.0.2', 31000, unseen),
    {
      arrival: {
        address: '172.30.0.2',
        port: 31000,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: {
          code: 'health-check',
          onHost: false,
          service: { kind: 'Service', namespace: 'default', name: 'health' },
        },
      },
      verdict: 'deliver',
      doubt: {},
    },
  ],
  [
    'the first node port, of nobody',
    () => arrived('172.30.0.2', 30000, unseen),
    {
      arrival: {
        address: '172.30.0.2',
        port: 30000,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'node-port-of-nobody', onHost: false },
      },
      verdict: 'closed',
      doubt: {},
    },
  ],
  [
    'the last node port, of nobody',
    () => arrived('172.30.0.2', 32767, unseen),
    {
      arrival: {
        address: '172.30.0.2',
        port: 32767,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'node-port-of-nobody', onHost: false },
      },
      verdict: 'closed',
      doubt: {},
    },
  ],
  [
    'below all node ports',
    () => arrived('172.30.0.2', 29999, unseen),
    {
      arrival: {
        address: '172.30.0.2',
        port: 29999,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'program', onHost: false, listens: 'unknown' },
      },
      verdict: 'deliver',
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'beyond all node ports',
    () => arrived('172.30.0.2', 32768, unseen),
    {
      arrival: {
        address: '172.30.0.2',
        port: 32768,
        protocol: 'TCP',
        home: { node: 'node-1', from: 'here' },
        end: { code: 'program', onHost: false, listens: 'unknown' },
      },
      verdict: 'deliver',
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'the host, which has no node ports',
    () => arrived('172.30.0.1', 30000, unseen),
    {
      arrival: {
        address: '172.30.0.1',
        port: 30000,
        protocol: 'TCP',
        end: { code: 'program', onHost: true, listens: 'unknown' },
      },
      verdict: 'deliver',
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'the host, where nothing listens',
    () => arrived('172.30.0.1', 22, { listening: { host: [] } }),
    {
      arrival: {
        address: '172.30.0.1',
        port: 22,
        protocol: 'TCP',
        end: { code: 'program', onHost: true, listens: 'no' },
      },
      verdict: 'closed',
      doubt: {},
    },
  ],
  [
    'an address of pods that none has',
    () => arrived('10.244.2.99', 80),
    {
      arrival: {
        address: '10.244.2.99',
        port: 80,
        protocol: 'TCP',
        home: { node: 'node-2', from: 'elsewhere', via: '172.30.0.3' },
        end: { code: 'no-pod' },
      },
      verdict: 'unreachable',
      doubt: {},
    },
  ],
  [
    'an address outside',
    () => arrived('198.51.100.7', 80),
    {
      arrival: { address: '198.51.100.7', port: 80, protocol: 'TCP', end: { code: 'leaves', by: 'nothing' } },
      verdict: 'unreachable',
      doubt: {},
    },
  ],
  [
    'an address outside, where packets are let out',
    () => arrived('198.51.100.7', 80, egress),
    {
      arrival: { address: '198.51.100.7', port: 80, protocol: 'TCP', end: { code: 'leaves', by: 'host' } },
      verdict: 'deliver',
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
  [
    'an endpoint outside',
    () => arrived('198.51.100.7', 80, egress, { service: web }),
    {
      arrival: { address: '198.51.100.7', port: 80, protocol: 'TCP', end: { code: 'leaves', by: 'host' } },
      verdict: 'deliver',
      doubt: { listensUnknown: true },
    },
  ],
  [
    'an address outside of a cluster of others',
    () => arrived('198.51.100.7', 80, { network: { ...network, egress: true, foreign: true } }),
    {
      arrival: { address: '198.51.100.7', port: 80, protocol: 'TCP', end: { code: 'leaves', by: 'routes' } },
      verdict: 'deliver',
      doubt: { listensUnknown: true, undeclared: true },
    },
  ],
]
for (const [about, got, arrival] of TABLE) test(`where a packet ends: ${about}`, () => assert.deepEqual(got(), arrival))
