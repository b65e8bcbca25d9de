import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { resolveSource } from '../resolve/source.ts'
import { at, facts, node, pod, service, slice } from '../testing/cluster.ts'
import { entranceOf } from './entry.ts'

const lb = (name: string, ip: string, spec: object = {}): Service => ({
  ...service(name, '10.96.0.8', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ...spec }),
  status: { loadBalancer: { ingress: [{ ip }] } },
})
const { network } = facts()
const given = (more: Partial<ClusterFacts> = {}): ClusterFacts => {
  const base = facts()
  return {
    ...base,
    nodes: [node(2), node(1)],
    services: [
      ...base.services,
      lb('lb', '172.30.255.1'),
      lb('idle', '172.30.255.2'),
      lb('other', '172.30.255.1', { ports: [{ port: 53, protocol: 'UDP', targetPort: 53 }] }),
      service('out', '10.97.0.9', { externalIPs: ['203.0.113.5'] }),
    ],
    slices: [...base.slices, slice('lb', [at('10.244.2.11', 2)])],
    pods: [
      ...base.pods,
      pod('hostnet', 2, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.3' }] } }),
      pod('apart', 1, 0, { status: { podIPs: [{ ip: '10.250.0.9' }] } }),
    ],
    ...more,
  }
}
const entered = (from: string, address: string, more: Partial<ClusterFacts> = {}, port = 80) => {
  const all = given(more)
  return entranceOf(all, resolveSource(all, { from, to: '' }), { address, port }, 'TCP')
}

type Row = readonly [from: string, address: string, entrance: object, port?: number]
const OURS: readonly Row[] = [
  [
    'pod/client',
    '10.96.0.1',
    { nodes: ['node-1'], fromNode: false, entry: { way: 'from-pod', node: 'node-1' }, verdict: 'unreachable' },
  ],
  [
    'pod/hostnet',
    '10.96.0.1',
    { nodes: ['node-2'], fromNode: true, entry: { way: 'from-node', node: 'node-2' }, verdict: 'unreachable' },
  ],
  [
    'node/node-1',
    '172.30.0.3',
    { nodes: ['node-1'], fromNode: true, entry: { way: 'from-node', node: 'node-1' }, verdict: 'unreachable' },
  ],
  [
    'host',
    '172.30.0.3',
    {
      nodes: ['node-2'],
      fromNode: false,
      entry: { way: 'node', address: '172.30.0.3', node: 'node-2', assumed: false },
      verdict: 'unreachable',
    },
  ],
  [
    'host',
    '10.244.2.77',
    {
      nodes: ['node-2'],
      fromNode: false,
      entry: { way: 'node-of-pods', address: '10.244.2.77', node: 'node-2', assumed: false },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '10.96.0.77',
    { nodes: ['node-1', 'node-2'], fromNode: false, entry: { way: 'any-node' }, verdict: 'unreachable' },
  ],
  [
    'host',
    '198.51.100.7',
    { nodes: [], fromNode: false, entry: { way: 'no-route', address: '198.51.100.7' }, verdict: 'unreachable' },
  ],
  [
    'host',
    '172.30.255.1',
    {
      nodes: ['node-2'],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.1', port: 80 },
        protocol: 'TCP',
        nodes: ['node-2'],
        refused: false,
      },
      verdict: 'unreachable',
    },
  ],
  [
    'host',
    '172.30.255.1',
    {
      nodes: [],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.1', port: 81 },
        protocol: 'TCP',
        nodes: [],
        refused: true,
        why: {
          code: 'not-served',
          services: [
            { kind: 'Service', namespace: 'default', name: 'lb' },
            { kind: 'Service', namespace: 'default', name: 'other' },
          ],
          ports: [
            { port: 80, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        },
      },
      verdict: 'reject',
    },
    81,
  ],
  [
    'host',
    '172.30.255.2',
    {
      nodes: [],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.2', port: 80 },
        protocol: 'TCP',
        nodes: [],
        refused: true,
        why: { code: 'no-node' },
      },
      verdict: 'reject',
    },
  ],
  [
    'host',
    '172.30.255.9',
    {
      nodes: [],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.9', port: 80 },
        protocol: 'TCP',
        nodes: [],
        refused: false,
        why: { code: 'no-service' },
      },
      verdict: 'unreachable',
    },
  ],
]
test('a pod’s packet meets its own node first; from beside the nodes the fabric takes one, as its routes and rules say', () => {
  for (const [from, address, entrance, port] of OURS) assert.deepEqual(entered(from, address, {}, port), entrance)
})

const FOREIGN: readonly Row[] = [
  [
    'pod/client',
    '10.96.0.1',
    { nodes: ['node-1'], fromNode: false, entry: { way: 'from-pod', node: 'node-1' }, verdict: 'unreachable' },
  ],
  [
    '203.0.113.9',
    '172.30.0.3',
    {
      nodes: ['node-2'],
      fromNode: false,
      entry: { way: 'node', address: '172.30.0.3', node: 'node-2', assumed: true },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '10.250.0.9',
    {
      nodes: ['node-1'],
      fromNode: false,
      entry: { way: 'node-of-pods', address: '10.250.0.9', node: 'node-1', assumed: true },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '10.244.2.77',
    {
      nodes: ['node-2'],
      fromNode: false,
      entry: { way: 'node-of-pods', address: '10.244.2.77', node: 'node-2', assumed: true },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '10.96.0.77',
    { nodes: [], fromNode: false, entry: { way: 'cluster-ip-from-outside' }, verdict: 'unreachable' },
  ],
  [
    '203.0.113.9',
    '10.97.0.9',
    { nodes: [], fromNode: false, entry: { way: 'cluster-ip-from-outside' }, verdict: 'unreachable' },
  ],
  [
    '203.0.113.9',
    '172.30.255.1',
    {
      nodes: ['node-2'],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.1', port: 80 },
        protocol: 'TCP',
        nodes: ['node-2'],
        refused: false,
      },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '172.30.255.1',
    {
      nodes: [],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.1', port: 81 },
        protocol: 'TCP',
        nodes: [],
        refused: false,
        why: { code: 'no-node' },
      },
      verdict: 'unreachable',
    },
    81,
  ],
  [
    '203.0.113.9',
    '172.30.255.9',
    {
      nodes: [],
      fromNode: false,
      entry: {
        way: 'balanced',
        to: { address: '172.30.255.9', port: 80 },
        protocol: 'TCP',
        nodes: [],
        refused: false,
        why: { code: 'no-service' },
      },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '203.0.113.5',
    {
      nodes: ['node-1', 'node-2'],
      fromNode: false,
      entry: { way: 'any-node-once-reached', address: '203.0.113.5' },
      verdict: 'unreachable',
    },
  ],
  [
    '203.0.113.9',
    '198.51.100.7',
    { nodes: [], fromNode: false, entry: { way: 'nothing-there', address: '198.51.100.7' }, verdict: 'unreachable' },
  ],
]
test('what lies between a client and the nodes of others is not known: where it leads is an assumption', () => {
  for (const [from, address, entrance, port] of FOREIGN)
    assert.deepEqual(entered(from, address, { network: { ...network, foreign: true } }, port), entrance)
})
