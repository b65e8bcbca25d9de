import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { balancedNodes, LoadBalancer } from './load-balancer.ts'

const POOL = ['172.30.255.0/24', 'fd00:ff::/112']
const node = (name: string, ready = 'True', labels = {}): Node =>
  ({ metadata: { name, labels }, status: { conditions: [{ type: 'Ready', status: ready }] } }) as unknown as Node
const service = (name: string, spec: object, ingress: object[] = [{ ip: '172.30.255.1' }]): Service =>
  ({
    metadata: { namespace: 'default', name, creationTimestamp: `2026-01-01T00:00:0${name.length}Z` },
    spec: {
      type: 'LoadBalancer',
      clusterIPs: ['10.96.0.1', 'fd00::1'],
      clusterIP: '10.96.0.1',
      ports: [{ port: 80 }],
      ...spec,
    },
    status: { loadBalancer: { ingress } },
  }) as unknown as Service
const on = (nodeName: string | undefined, conditions: object = {}) => ({
  addresses: [`10.244.0.${nodeName?.slice(-1) ?? 9}`],
  nodeName,
  conditions,
})
const ENDING = { ready: false, serving: true, terminating: true }
const slice = (endpoints: object[], port: object = { name: '', port: 8080 }, addressType = 'IPv4'): EndpointSlice =>
  ({ addressType, endpoints, ports: [port] }) as unknown as EndpointSlice
const ALL = ['node-1', 'node-2', 'node-3']
const everyone = { present: ALL, eligible: ALL }

function balanced(given: readonly (readonly [Service, ...EndpointSlice[]])[], nodes = everyone) {
  const balancer = new LoadBalancer(POOL)
  for (const [one, ...slices] of given) balancer.set(`default/${one.metadata?.name}`, one, slices)
  return balancer.frontends(nodes)
}
const toNodes = (...args: Parameters<typeof balanced>) =>
  Object.fromEntries(
    balanced(...args).map(({ address, port, protocol, nodes }) => [`${address} ${port}/${protocol}`, nodes]),
  )

test('balancedNodes() gives new flows to those that are Ready, not excluded and not being deleted; an excluded one is still there', () => {
  const leaving = { ...node('e'), metadata: { name: 'e', deletionTimestamp: '2026-01-01T00:00:00Z' } } as Node
  const excluded = node('d', 'True', { 'node.kubernetes.io/exclude-from-external-load-balancers': '' })
  assert.deepEqual(balancedNodes([node('c'), node('a'), node('b', 'Unknown'), excluded, leaving]), {
    present: ['a', 'c', 'd'],
    eligible: ['a', 'c'],
  })
})

test('a LoadBalancer serves every port of a Service through every eligible node under policy Cluster, external IPs of the pool included', () => {
  const ports = [
    { name: 'a', port: 80 },
    { name: 'b', port: 53, protocol: 'UDP' },
  ]
  assert.deepEqual(toNodes([[service('web', { ports })]]), { '172.30.255.1 80/TCP': ALL, '172.30.255.1 53/UDP': ALL })
  const external = service('x', { type: 'ClusterIP', externalIPs: ['172.30.255.9', '192.0.2.1'] })
  assert.deepEqual(toNodes([[external]]), { '172.30.255.9 80/TCP': ALL })
  const one = service('y', { type: 'ClusterIP', externalIPs: ['172.30.255.9'] })
  assert.deepEqual(toNodes([[one]]), { '172.30.255.9 80/TCP': ALL })
  assert.deepEqual(toNodes([[service('web', {}, [{ ip: '172.30.255.1', ipMode: 'Proxy' }, { hostname: 'x' }])]]), {})
  assert.deepEqual(toNodes([[service('web', {})]], { present: ALL, eligible: ['node-2'] }), {
    '172.30.255.1 80/TCP': ['node-2'],
  })
})

test('a LoadBalancer gives a node as much as its endpoints weigh, where they weigh different, and else as much as any other', () => {
  const local = service('web', { externalTrafficPolicy: 'Local' })
  const weighing = (weight: string, ...endpoints: object[]) => ({
    ...slice(endpoints),
    metadata: { annotations: { 'fairlead.dev/endpoint-weight': weight } },
  })
  const other = { ...on('node-2'), addresses: ['10.244.0.22'] }
  const nodes = (...slices: EndpointSlice[]) => toNodes([[local, ...slices]])['172.30.255.1 80/TCP']
  assert.deepEqual(nodes(weighing('1', on('node-1')), weighing('1', on('node-2'), other)), ['node-1', 'node-2'])
  assert.deepEqual(nodes(weighing('6', on('node-1')), weighing('2', on('node-2'), other)), [
    'node-1',
    'node-1',
    'node-1',
    'node-2',
    'node-2',
  ])
})

test('a LoadBalancer gives new flows under policy Local to nodes with a ready endpoint of that port and family', () => {
  const local = service('web', { externalTrafficPolicy: 'Local' }, [{ ip: '172.30.255.1' }, { ip: 'fd00:ff::1' }])
  const ready = slice([on('node-2'), on('node-1', { ready: false }), on(undefined)])
  assert.deepEqual(toNodes([[local, ready]]), { '172.30.255.1 80/TCP': ['node-2'], 'fd00:ff::1 80/TCP': [] })
  const ending = slice([on('node-3', ENDING)])
  assert.deepEqual(toNodes([[local, ending]])['172.30.255.1 80/TCP'], ['node-3'])
  const kept = { present: ALL, eligible: ['node-1', 'node-3'] }
  assert.deepEqual(toNodes([[local, ready]], kept)['172.30.255.1 80/TCP'], [], 'its node is excluded')
  assert.deepEqual(toNodes([[local, ready, ending]])['172.30.255.1 80/TCP'], ['node-2'])
  const named = service('web', {
    externalTrafficPolicy: 'Local',
    ports: [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ],
  })
  const slices = [slice([on('node-1')], { name: 'a', port: 8080 }), slice([on('node-3')], { name: 'b', port: 8081 })]
  assert.deepEqual(toNodes([[named, ...slices]]), {
    '172.30.255.1 80/TCP': ['node-1'],
    '172.30.255.1 81/TCP': ['node-3'],
  })
})

test('a flow without an end stays where an endpoint answers, one on its way out included, also where nothing new is sent', () => {
  const local = service('web', { externalTrafficPolicy: 'Local' })
  const slices = slice([on('node-1'), on('node-2', ENDING), on('node-3', { ready: false })])
  assert.deepEqual(
    balanced([[local, slices]]).map(({ nodes, keepers }) => [nodes, keepers]),
    [[['node-1'], ['node-1', 'node-2']]],
  )
  const [cluster] = balanced([[service('web', {})]], { present: ALL, eligible: ['node-1'] })
  assert.deepEqual(cluster?.keepers, ALL)
})

test('two Services share an address by their ports, each with its own nodes; a port that both claim has the older one', () => {
  const one = service('one', { externalTrafficPolicy: 'Local', ports: [{ port: 80 }, { port: 443 }] })
  const young = service('young', { ports: [{ port: 443 }, { port: 8443 }] })
  const slices = slice([on('node-1')])
  assert.deepEqual(toNodes([[young], [one, slices]]), {
    '172.30.255.1 80/TCP': ['node-1'],
    '172.30.255.1 443/TCP': ['node-1'],
    '172.30.255.1 8443/TCP': ALL,
  })
})

test('a Service that is balanced no more is forgotten, and one that never was is nobody’s business', () => {
  const balancer = new LoadBalancer(POOL)
  assert.equal(balancer.set('default/plain', service('plain', { type: 'NodePort' }, []), []), false)
  assert.equal(balancer.set('default/web', service('web', {}), []), true)
  assert.equal(balancer.frontends(everyone).length, 1)
  assert.equal(balancer.set('default/web', service('web', { type: 'ClusterIP' }), []), true)
  assert.deepEqual(balancer.frontends(everyone), [])
  assert.equal(balancer.set('default/web', undefined, []), false)
})
