import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { at, facts, node, service, slice } from '../testing/cluster.ts'
import { nodePortRef, nodePortsOf } from './node-ports.ts'
import { nodesToAsk, nodesWithEndpoint } from './nodes-to-ask.ts'

const unready = (number: number): Node => ({ ...node(number), status: { ...node(number).status, conditions: [] } })
const web = (spec: object = {}) => service('web', '10.96.0.1', spec)
const local = web({ externalTrafficPolicy: 'Local' })
const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name)

test('nodes that have an endpoint are those of ready ones, of one family, each once, by name', () => {
  const endpoints = [
    at('10.244.2.1', 2),
    at('10.244.2.2', 2, {}),
    at('10.244.1.1', 1),
    at('10.244.3.1', 3, { ready: false }),
    { addresses: ['10.0.0.1'] },
  ]
  const six = { ...slice('web', [at('fd00::1', 4)]), addressType: 'IPv6' } as never
  const given = facts({
    slices: [slice('web', endpoints), six, { ...slice('web', []), endpoints: undefined } as never],
  })
  assert.deepEqual(nodesWithEndpoint(given, web(), 'IPv4'), ['node-1', 'node-2'])
  assert.deepEqual(nodesWithEndpoint(given, web(), 'IPv6'), ['node-4'])
})

test('of node ports Ready nodes are asked first; under policy Local those that have an endpoint before all others', () => {
  const nodes = [unready(1), node(3), node(2), unready(4)]
  const given = facts({ nodes, slices: [slice('web', [at('10.244.4.1', 4), at('10.244.2.1', 2)])] })
  assert.deepEqual(names(nodesToAsk(given, web(), 'IPv4')), ['node-2', 'node-3', 'node-1', 'node-4'])
  assert.deepEqual(names(nodesToAsk(given, local, 'IPv4')), ['node-2', 'node-4', 'node-3', 'node-1'])
  assert.deepEqual(nodesToAsk(given, web(), 'IPv6')[0], { name: 'node-2', address: 'fd00:172:30::3' })
})

test('a node is asked at the addresses at which node ports answer, or not at all', () => {
  const { network } = facts()
  const given = facts({ network: { ...network, nodePortAddresses: ['172.30.0.3/32'] } })
  assert.deepEqual(nodesToAsk(given, web(), 'IPv4'), [{ name: 'node-2', address: '172.30.0.3' }])
})

test('node ports are those of the types that have some: a Service of another type may still carry the number', () => {
  const ports = [{ port: 80, nodePort: 30080 }, { port: 53, protocol: 'UDP', nodePort: 30053 }, { port: 81 }]
  const services = [
    web({ ports }),
    service('open', '10.96.0.2', { type: 'NodePort', ports }),
    service('bare', '10.96.0.3', { type: 'LoadBalancer', ports: undefined }),
  ]
  const owner = { kind: 'Service', namespace: 'default', name: 'open' }
  assert.deepEqual(nodePortsOf(facts({ services })).map(nodePortRef), [
    { port: 30080, protocol: 'TCP', service: owner },
    { port: 30053, protocol: 'UDP', service: owner },
  ])
  const balanced = service('open', '10.96.0.2', { type: 'LoadBalancer', ports })
  assert.equal(nodePortsOf(facts({ services: [balanced] })).length, 2)
})
