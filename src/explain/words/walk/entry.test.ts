import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BalancedNowhere, Entry } from '../../trace/walk/entry.ts'
import { entryText } from './entry.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const to = { address: '172.30.255.1', port: 80 }
const TABLE: readonly (readonly [entry: Entry, text: string])[] = [
  [{ way: 'from-node', node: 'node-1' }, 'starts on node-1 itself'],
  [{ way: 'from-pod', node: 'node-1' }, 'leaves the pod for its node, node-1'],
  [{ way: 'node', address: '172.30.0.2', node: 'node-1', assumed: false }, '172.30.0.2 is node-1'],
  [
    { way: 'node', address: '172.30.0.2', node: 'node-1', assumed: true },
    '172.30.0.2 is node-1, if the network outside leads there',
  ],
  [{ way: 'node-of-pods', address: '10.244.1.9', node: 'node-1', assumed: false }, 'pods of 10.244.1.9 live on node-1'],
  [
    { way: 'node-of-pods', address: '10.244.1.9', node: 'node-1', assumed: true },
    'pods of 10.244.1.9 live on node-1, if the network outside has a route there',
  ],
  [{ way: 'any-node' }, 'Service addresses lead to any node, one client to the same for each address'],
  [
    { way: 'any-node-once-reached', address: '203.0.113.5' },
    'any node answers for 203.0.113.5, once the network outside leads it to one',
  ],
  [{ way: 'no-route', address: '203.0.113.5' }, 'no route of the cluster leads to 203.0.113.5'],
  [{ way: 'nothing-there', address: '203.0.113.5' }, 'nothing of the cluster is at 203.0.113.5'],
  [{ way: 'cluster-ip-from-outside' }, 'no network outside leads to a ClusterIP, as a rule'],
  [
    { way: 'balanced', to, protocol: 'TCP', nodes: ['node-1', 'node-2'], refused: false },
    'the load balancer leads 172.30.255.1:80/TCP to node-1 or node-2',
  ],
]

test('where a packet goes before it meets a node', () => {
  for (const [entry, text] of TABLE) assert.equal(entryText(entry), text)
})

const nowhere = (why: BalancedNowhere, refused: boolean, protocol: 'TCP' | 'UDP' = 'TCP') =>
  entryText({ way: 'balanced', to, protocol, nodes: [], refused, why })

test('why the load balancer leads to no node, and whether it refuses', () => {
  const ports = [
    { port: 443, protocol: 'TCP', name: 'https' },
    { port: 53, protocol: 'UDP' },
  ] as const
  assert.equal(
    nowhere({ code: 'no-service' }, false),
    'no Service has 172.30.255.1: the load balancer leads it to no node',
  )
  assert.equal(nowhere({ code: 'no-node' }, false), 'the load balancer leads 172.30.255.1:80/TCP to no node')
  assert.equal(
    nowhere({ code: 'no-node' }, true),
    'the load balancer leads 172.30.255.1:80/TCP to no node: refused in the fabric with a TCP reset',
  )
  assert.equal(
    nowhere({ code: 'no-node' }, true, 'UDP'),
    'the load balancer leads 172.30.255.1:80/UDP to no node: refused in the fabric with ICMP port unreachable',
  )
  assert.equal(
    nowhere({ code: 'not-served', services: [service], ports }, true),
    '172.30.255.1 is the load balancer address of default/web, which serves 443/TCP (https) and 53/UDP there, and not 80/TCP: refused in the fabric with a TCP reset',
  )
  assert.equal(
    nowhere({ code: 'not-served', services: [service, { ...service, name: 'api' }], ports }, false),
    '172.30.255.1 is the load balancer address of default/web and default/api, which serve 443/TCP (https) and 53/UDP there, and not 80/TCP',
  )
})
