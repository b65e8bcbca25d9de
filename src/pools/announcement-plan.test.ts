import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planAnnouncements } from './announcement-plan.ts'
import { balancedService, balancerNode } from './balanced-service.ts'
import { readBalancing } from './reading/read-balancing.ts'

type Loose = any
const object = (name: string, spec: object, labels = {}): Loose => ({ metadata: { name, labels }, spec })
const balancing = (l2: readonly Loose[], bgp: readonly Loose[] = []) =>
  readBalancing({
    loadBalancerPools: [],
    bgpPeers: [],
    metallb: {
      ipAddressPools: [
        object('a', { addresses: ['192.0.2.0/24', '2001:db8::/64'] }, { zone: 'a' }),
        object('b', { addresses: ['198.51.100.0/24'] }),
      ],
      l2Advertisements: l2.map((spec, index) => object(`l2-${index}`, spec)),
      bgpAdvertisements: bgp.map((spec, index) => object(`bgp-${index}`, spec)),
      communities: [],
      bgpPeers: [object('r', { myASN: 1, peerASN: 2, peerAddress: '10.0.0.1' })],
      bfdProfiles: [],
    },
  })
const node = (name: string, labels: object = {}, status = 'True', more: object = {}) =>
  balancerNode({ metadata: { name, labels }, status: { conditions: [{ type: 'Ready', status }] }, ...more } as Loose)
const service = (key: string, ips: readonly string[], spec: object = {}, endpoints: readonly Loose[] = []) =>
  balancedService(
    key,
    {
      metadata: {},
      spec: { type: 'LoadBalancer', ...spec },
      status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
    } as Loose,
    [{ addressType: 'IPv4', endpoints } as Loose],
  )!
const NODES = [node('n1', { rack: '1' }), node('n2', { rack: '1' }), node('n3', { rack: '2' })]
const EXCLUDED = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
const plan = (asked: ReturnType<typeof balancing>, services: readonly ReturnType<typeof service>[], nodes = NODES) =>
  planAnnouncements({ node: 'n1', nodes, balancing: asked, services })

test('all nodes that an advertisement selects may answer; those without one are not announced', () => {
  const asked = balancing([
    { ipAddressPools: ['a'], nodeSelectors: [{ matchLabels: { rack: '1' } }], interfaces: ['eth1'] },
  ])
  const planned = plan(asked, [service('d/x', ['192.0.2.1', '198.51.100.1', '203.0.113.1'])])
  assert.deepEqual(planned.get('192.0.2.1')?.l2, { fit: ['n1', 'n2'], weights: new Map(), interfaces: ['eth1'] })
  assert.equal(planned.get('198.51.100.1')?.l2, undefined)
  assert.equal(planned.has('203.0.113.1'), false, 'of no pool')
})

test('advertisements add up: nodes, links, and how much a node is preferred', () => {
  const preferred = { weight: 7, preference: { matchLabels: { rack: '2' } } }
  const asked = balancing([
    { nodeSelectors: [{ matchLabels: { rack: '1' } }], interfaces: ['eth1'] },
    {
      ipAddressPoolSelectors: [{ matchLabels: { zone: 'a' } }],
      interfaces: ['eth2'],
      preferredNodeSelectors: [preferred, preferred],
    },
  ])
  const planned = plan(asked, [service('d/x', ['192.0.2.1', '198.51.100.1'])])
  assert.deepEqual(planned.get('192.0.2.1')?.l2, {
    fit: ['n1', 'n2', 'n3'],
    weights: new Map([['n3', 14]]),
    interfaces: ['eth1', 'eth2'],
  })
  assert.deepEqual(planned.get('198.51.100.1')?.l2?.fit, ['n1', 'n2'])
})

test('nodes that are excluded, leave or are not ready do not answer; where none is ready all go on', () => {
  const fit = (nodes: typeof NODES) =>
    plan(balancing([{}]), [service('d/x', ['192.0.2.1'])], nodes).get('192.0.2.1')?.l2?.fit
  assert.deepEqual(fit([node('n1'), node('n2', EXCLUDED), node('n3', {}, 'Unknown')]), ['n1'])
  assert.deepEqual(fit([node('n1', {}, 'False'), node('n2', EXCLUDED), node('n3', {}, 'Unknown')]), ['n1', 'n3'])
  const leaving = node('n2', {}, 'True', { spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler' }] } })
  assert.deepEqual(fit([node('n1'), leaving]), ['n1'])
})

test('with policy Local nodes with an endpoint that is ready answer, and tell peers', () => {
  const endpoints = [
    { addresses: ['10.0.0.1'], nodeName: 'n2', conditions: { ready: true } },
    { addresses: ['10.0.0.2'], nodeName: 'n3', conditions: { ready: false } },
  ]
  const local = service('d/x', ['192.0.2.1'], { externalTrafficPolicy: 'Local' }, endpoints)
  const planned = plan(balancing([{}], [{}]), [local]).get('192.0.2.1')
  assert.deepEqual([planned?.l2?.fit, planned?.bgp], [['n2'], []])
})

test('Services that share an address are announced together', () => {
  const planned = plan(balancing([{}]), [service('d/y', ['192.0.2.1']), service('d/x', ['192.0.2.1'])])
  assert.deepEqual(planned.get('192.0.2.1')?.services, ['d/x', 'd/y'])
})

test('what peers are told is the prefix that is asked for, with its attributes, from nodes that are selected', () => {
  const more = {
    aggregationLength: 24,
    aggregationLengthV6: 64,
    localPref: 9,
    communities: ['no-export'],
    peers: ['r'],
  }
  const asked = balancing([], [more, { nodeSelectors: [{ matchLabels: { rack: '2' } }] }])
  const planned = plan(asked, [service('d/x', ['192.0.2.77', '2001:db8::77'])])
  const attributes = { localPref: 9, communities: [{ kind: 'standard', value: 0xffff_ff01 }], peers: ['r'] }
  assert.deepEqual(planned.get('192.0.2.77')?.bgp, [{ prefix: '192.0.2.0/24', ...attributes }])
  assert.deepEqual(planned.get('2001:db8::77')?.bgp, [{ prefix: '2001:db8::/64', ...attributes }])
  assert.deepEqual(plan(asked, [service('d/x', ['192.0.2.77'])], [node('n1', EXCLUDED)]).get('192.0.2.77')?.bgp, [])
})

test('a node that is not ready tells peers nothing, unless none is', () => {
  const tells = (...others: readonly ReturnType<typeof node>[]) =>
    plan(balancing([], [{}]), [service('d/x', ['192.0.2.1'])], [node('n1', {}, 'Unknown'), ...others]).get('192.0.2.1')
      ?.bgp.length
  assert.deepEqual([tells(node('n2')), tells(node('n2', {}, 'False')), tells(node('n2', EXCLUDED))], [0, 1, 1])
})
