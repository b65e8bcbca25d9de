import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { at, facts, node, pod, service, slice } from '../testing/cluster.ts'
import {
  backendPod,
  clusterIpsOf,
  externalIpsOf,
  find,
  homeOf,
  inCidrs,
  ingressOf,
  isLoopback,
  isOutside,
  nodeAddresses,
  nodeAt,
  nodeOfPodAddress,
  nodeOutside,
  nodePortAt,
  podAt,
  portAt,
  selectedPods,
  slicesOf,
} from './lookup.ts'
import { refOf } from './reference.ts'

const name = (object: Pod | Node | undefined): string | undefined => object?.metadata?.name
const onNode = pod('hostnet', 2, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.3' }] } })

test('an address is in ranges of its own family; what is no address is in none', () => {
  const ranges = ['10.96.0.0/16', 'fd00::/64']
  assert.deepEqual(
    ['10.96.1.1', 'fd00::1', '10.97.0.1', 'fd01::1', 'web'].map((text) => inCidrs(ranges, text)),
    [true, true, false, false, false],
  )
  assert.equal(inCidrs([], '10.96.0.1'), false)
})

test('an object is found by its name, and by its namespace where one is given', () => {
  const [one, other] = [pod('web', 1, 1), pod('web', 1, 2, { namespace: 'shop' })]
  assert.equal(find([one, other], 'web'), one)
  assert.equal(find([one, other], 'web', 'shop'), other)
  assert.equal(find([one, other], 'web', 'team'), undefined)
  assert.equal(find([{}, one], 'api'), undefined)
})

test('a pod has an address while it lives, and of its own; an endpoint may be one that has its node’s', () => {
  const ended = pod('ended', 1, 30, { status: { phase: 'Succeeded' } })
  const long = pod('long', 1, 31, { status: { podIPs: [{ ip: 'FD00:0:0::31' }] } })
  const given = facts({ pods: [ended, onNode, long] })
  assert.equal(name(podAt(given, 'fd00::31')), 'long', 'by canonical text')
  assert.equal(podAt(given, '10.244.1.30'), undefined)
  assert.equal(podAt(given, '172.30.0.3'), undefined)
  const web = service('web', '10.96.0.1')
  assert.equal(name(backendPod(given, '172.30.0.3', web)), 'hostnet')
  assert.equal(backendPod(given, '172.30.0.3', undefined), undefined)
  assert.equal(backendPod(given, '172.30.0.3', service('api', '10.96.0.2')), undefined, 'it selects none')
  assert.equal(backendPod(given, '10.244.1.30', web), undefined)
})

test('a node is found by its own addresses, by the ranges of its pods, and by what the network outside turns to it', () => {
  const outer = {
    ...node(2),
    status: {
      addresses: [
        { type: 'InternalIP', address: 'FD00:0::3' },
        { type: 'ExternalIP', address: '203.0.113.3' },
        { type: 'ExternalIP', address: 'FD01:0::3' },
      ],
    },
  } as unknown as Node
  const single = { metadata: { name: 'old' }, spec: { podCIDR: '10.250.0.0/24' } } as unknown as Node
  const bare = { metadata: { name: 'bare' } } as Node
  const given = facts({ nodes: [bare, node(1), outer, single], pods: [] })
  assert.deepEqual(nodeAddresses(outer), ['fd00::3'])
  assert.equal(name(nodeAt(given, 'fd00::3')), 'node-2')
  assert.equal(nodeAt(given, '203.0.113.3'), undefined)
  assert.equal(name(nodeOutside(given, '203.0.113.3')), 'node-2')
  assert.equal(name(nodeOutside(given, 'fd01::3')), 'node-2')
  assert.equal(nodeOutside(given, 'fd00::3'), undefined)
  assert.equal(name(nodeOfPodAddress(given, '10.244.1.200')), 'node-1')
  assert.equal(name(nodeOfPodAddress(given, '10.250.0.7')), 'old')
  assert.equal(nodeOfPodAddress(given, '10.99.0.1'), undefined)
})

test('an address lives where its pod is, else at the node that has it or its range, else nowhere', () => {
  const away = pod('away', 2, 0, { status: { podIPs: [{ ip: '10.244.1.40' }] } })
  const placeless = pod('placeless', 1, 0, { spec: { nodeName: '' }, status: { podIPs: [{ ip: '10.244.1.41' }] } })
  const given = facts({ pods: [away, placeless] })
  assert.deepEqual(
    ['10.244.1.40', '10.244.1.41', '172.30.0.3', '10.244.2.9', '203.0.113.9'].map((one) => homeOf(given, one)),
    ['node-2', 'node-1', 'node-2', 'node-2', undefined],
  )
})

test('outside is what lives nowhere in a cluster of others; ours has a host that every route leads to', () => {
  const { network } = facts()
  const foreign = facts({ network: { ...network, foreign: true } })
  assert.deepEqual(
    ['203.0.113.9', '172.30.0.3', '10.244.9.9'].map((one) => isOutside(foreign, one)),
    [true, false, false],
  )
  assert.equal(isOutside(facts(), '203.0.113.9'), false)
})

test('slices are those of a Service’s own namespace and name, and are found once for each list', () => {
  const [one, other] = [slice('web', [at('10.244.1.1', 1)]), slice('web', [])]
  const shop = { ...one, metadata: { ...one.metadata, namespace: 'shop' } } as EndpointSlice
  const orphan = { ...one, metadata: { namespace: 'default' } } as EndpointSlice
  const given = facts({ slices: [one, shop, orphan, other] })
  assert.deepEqual(slicesOf(given, service('web', '10.96.0.1')), [one, other])
  assert.deepEqual(slicesOf(given, service('api', '10.96.0.1')), [])
  assert.deepEqual(slicesOf(facts({ slices: [] }), service('web', '10.96.0.1')), [])
})

test('pods are selected by labels, in the Service’s own namespace', () => {
  const pods = [
    pod('web', 1, 1),
    pod('shop', 1, 2, { namespace: 'shop' }),
    pod('api', 1, 3, { labels: { app: 'api' } }),
    pod('ended', 1, 4, { status: { phase: 'Failed' } }),
  ]
  assert.deepEqual(selectedPods(facts({ pods }), service('web', '10.96.0.1')).map(name), ['web', 'ended'])
  assert.deepEqual(selectedPods(facts({ pods }), service('web', '10.96.0.1', { selector: {} })), [])
})

test('the addresses of a Service are told in canonical text', () => {
  const addresses = (spec: object, status?: object) => {
    const one = { ...service('web', undefined, spec), status } as Service
    return [clusterIpsOf(one), externalIpsOf(one), ingressOf(one)]
  }
  assert.deepEqual(addresses({}), [[], [], []])
  assert.deepEqual(addresses({ clusterIP: '10.96.0.1' }), [['10.96.0.1'], [], []])
  assert.deepEqual(addresses({ clusterIP: '10.96.0.1', clusterIPs: [] }), [['10.96.0.1'], [], []])
  assert.deepEqual(addresses({ clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1', 'FD00:0::1'] })[0], [
    '10.96.0.1',
    'fd00::1',
  ])
  assert.deepEqual(addresses({ clusterIP: 'None', clusterIPs: ['None'] })[0], [])
  assert.deepEqual(addresses({ externalIPs: ['FD00:0::5', '203.0.113.5'] })[1], ['fd00::5', '203.0.113.5'])
  const status = { loadBalancer: { ingress: [{ ip: 'FD00:0::6' }, { hostname: 'lb.example' }] } }
  assert.deepEqual(addresses({ type: 'LoadBalancer' }, status)[2], ['fd00::6'])
  assert.deepEqual(addresses({ type: 'NodePort' }, status)[2], [], 'it was of that type once')
  assert.deepEqual(addresses({ type: 'LoadBalancer' })[2], [])
})

test('loopback addresses are those of 127.0.0.0/8, and ::1', () => {
  assert.deepEqual(['127.0.0.1', '127.9.9.9', '::1', '128.0.0.1', '::2', '10.0.0.127'].map(isLoopback), [
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})

test('a reference names an object; one of no namespace has none', () => {
  assert.deepEqual(refOf('Pod', pod('web', 1, 1)), { kind: 'Pod', namespace: 'default', name: 'web' })
  assert.deepEqual(refOf('Node', node(1)), { kind: 'Node', name: 'node-1' })
  assert.deepEqual(refOf('Node', {}), { kind: 'Node', name: '' })
})

test('a port of a Service is one of a protocol, as another may have its number', () => {
  const both = service('dns', '10.96.0.30', {
    ports: [
      { name: 'udp', port: 53, protocol: 'UDP', nodePort: 30053 },
      { name: 'tcp', port: 53, nodePort: 30053 },
    ],
  })
  for (const at of [
    (protocol: 'TCP' | 'UDP') => portAt(both, 53, protocol),
    (protocol: 'TCP' | 'UDP') => nodePortAt(both, 30053, protocol),
  ])
    assert.deepEqual([at('TCP')?.name, at('UDP')?.name], ['tcp', 'udp'])
  assert.deepEqual([portAt(both, 54, 'TCP'), nodePortAt(both, 53, 'TCP')], [undefined, undefined])
})
