import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonical } from './canonical.ts'
import { endpointsOf } from './endpoint.ts'
import { type EndpointSlice, forwardService, type Service } from './forward-service.ts'
import { ForwardingState } from './forwarding-state.ts'
import { nodePortAddresses } from './node-facts.ts'
import { categorizeEndpoints } from './topology.ts'

const node = { name: 'n1', zone: 'a' }

const service = (spec: object, metadata: object = {}, status: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'web', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ports: [{ port: 80 }], ...spec },
    status,
  }) as unknown as Service

const slice = (endpoints: readonly object[], rest: object = {}) =>
  ({
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: '', protocol: 'TCP', port: 8080 }],
    ...rest,
  }) as unknown as EndpointSlice

const on = (nodeName: string, address: string, conditions: object = {}, rest: object = {}) => ({
  addresses: [address],
  nodeName,
  conditions,
  ...rest,
})
const endpoints = (...given: readonly object[]) => endpointsOf([slice(given)], 'IPv4', '', 'TCP')
const addresses = (list: readonly { readonly address: string }[]) => list.map(({ address }) => address)

test('endpointsOf() reads conditions that are not told as ready, serving, and not terminating', () => {
  assert.deepEqual(
    endpoints(on('n1', '10.244.1.1'), on('n1', '10.244.1.2', { ready: false })).map(
      ({ ready, serving, terminating }) => [ready, serving, terminating],
    ),
    [
      [true, true, false],
      [false, true, false],
    ],
  )
})

test('endpointsOf() finds the slice port by name and protocol, and counts an address of two slices once, ready if one says so', () => {
  const ports = [
    { name: 'http', protocol: 'TCP', port: 8080 },
    { name: 'http', protocol: 'UDP', port: 9090 },
  ]
  const found = endpointsOf(
    [
      slice([on('n1', '10.244.1.1', { ready: false })], { ports }),
      slice([on('n1', '10.244.1.1')], { ports }),
      slice([on('n1', 'fd00::1')], { addressType: 'IPv6', ports }),
    ],
    'IPv4',
    'http',
    'TCP',
  )
  assert.deepEqual(
    found.map(({ address, port, ready }) => [address, port, ready]),
    [['10.244.1.1', 8080, true]],
  )
})

test('endpointsOf() believes the livelier of two that tell of one address, whatever the order of slices, and passes over foreign slices', () => {
  const told = (name: string, conditions: object, zone: string, labels = {}) =>
    slice([on('n1', '10.244.1.1', conditions, { hints: { forZones: [{ name: zone }] } })], {
      metadata: { name, labels },
    })
  const gone = told('a', { ready: false, serving: false }, 'none')
  const leaving = told('b', { ready: false, terminating: true }, 'leaving')
  const later = told('c', { ready: false, serving: true, terminating: true }, 'later')
  const zones = (...slices: readonly EndpointSlice[]) =>
    endpointsOf(slices, 'IPv4', '', 'TCP').flatMap(({ forZones }) => forZones)
  assert.deepEqual([zones(gone, leaving, later), zones(later, leaving, gone)], [['leaving'], ['leaving']])
  assert.deepEqual(zones(gone, told('z', {}, 'ready')), ['ready'])
  for (const label of ['service.kubernetes.io/headless', 'service.kubernetes.io/service-proxy-name'])
    assert.deepEqual(zones(told('z', {}, 'ready', { [label]: '' })), [])
})

test('categorizeEndpoints() falls back to serving-terminating endpoints when none is ready', () => {
  const leaving = { ready: false, serving: true, terminating: true }
  const chosen = categorizeEndpoints(
    endpoints(on('n1', '10.0.0.1', leaving), on('n2', '10.0.0.2', leaving), on('n2', '10.0.0.3', { ready: false })),
    node,
  )
  assert.deepEqual(
    [addresses(chosen.cluster), addresses(chosen.local), chosen.any],
    [['10.0.0.1', '10.0.0.2'], ['10.0.0.1'], true],
  )
})

test('categorizeEndpoints() decides Cluster and Local apart: a ready endpoint elsewhere does not silence one that leaves here', () => {
  const chosen = categorizeEndpoints(
    endpoints(on('n1', '10.0.0.1', { ready: false, serving: true, terminating: true }), on('n2', '10.0.0.2')),
    node,
  )
  assert.deepEqual([addresses(chosen.cluster), addresses(chosen.local)], [['10.0.0.2'], ['10.0.0.1']])
  assert.deepEqual(chosen.terminating, { cluster: false, local: true })
})

test('categorizeEndpoints() takes node hints before zone hints, and either only if every ready endpoint has it and one is for here', () => {
  const hinted = (address: string, zone: string | undefined, forNode?: string) =>
    on(
      'n2',
      address,
      {},
      { hints: { forZones: zone ? [{ name: zone }] : [], forNodes: forNode ? [{ name: forNode }] : [] } },
    )
  const by = (...given: readonly object[]) => {
    const { topology, cluster } = categorizeEndpoints(endpoints(...given), node)
    return [topology, ...addresses(cluster)]
  }
  assert.deepEqual(by(hinted('10.0.0.1', 'a'), hinted('10.0.0.2', 'b')), ['zone', '10.0.0.1'])
  assert.deepEqual(by(hinted('10.0.0.1', 'a', 'n2'), hinted('10.0.0.2', 'b', 'n1')), ['node', '10.0.0.2'])
  assert.deepEqual(by(hinted('10.0.0.1', 'b', 'n2'), hinted('10.0.0.2', 'a', 'n3')), ['zone', '10.0.0.2'])
  assert.deepEqual(by(hinted('10.0.0.1', 'a'), hinted('10.0.0.2', undefined)), ['none', '10.0.0.1', '10.0.0.2'])
  assert.deepEqual(by(hinted('10.0.0.1', 'b'), hinted('10.0.0.2', 'c')), ['none', '10.0.0.1', '10.0.0.2'])
})

test('forwardService() rejects without endpoints and drops under Local where they are elsewhere', () => {
  const [none] = forwardService(service({}), [], node).ports
  assert.deepEqual([none?.cluster.kind, none?.local.kind], ['reject', 'reject'])
  const [elsewhere] = forwardService(service({}), [slice([on('n2', '10.0.0.2')])], node).ports
  assert.deepEqual([elsewhere?.cluster.kind, elsewhere?.local.kind], ['balance', 'drop'])
})

test('forwardService() leaves headless, ExternalName, foreign and marked Services alone', () => {
  for (const given of [
    service({ clusterIP: 'None', clusterIPs: ['None'] }),
    service({ type: 'ExternalName', externalName: 'example.org' }),
    service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } }),
    service({}, { labels: { 'service.kubernetes.io/headless': '' } }),
  ])
    assert.deepEqual(forwardService(given, [], node).ports, [])
})

test('forwardService() gives frontends of every kind, each under its policy, and the load balancer ones their guard', () => {
  const given = service(
    {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      externalIPs: ['198.51.100.1', 'fd00::1'],
      loadBalancerSourceRanges: [' 10.0.0.0/8 ', '10.1.0.0/16', 'fd00::/8'],
      ports: [{ port: 80, nodePort: 30080 }],
    },
    {},
    { loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { ip: '203.0.113.2', ipMode: 'Proxy' }, { hostname: 'x' }] } },
  )
  const [port, ...rest] = forwardService(given, [], node).ports
  assert.equal(rest.length, 0)
  assert.deepEqual(
    port?.frontends.map(({ kind, address, port: number, policy, sourceRanges }) => [
      kind,
      address,
      number,
      policy,
      sourceRanges,
    ]),
    [
      ['cluster-ip', '10.96.0.1', 80, 'Cluster', undefined],
      ['load-balancer', '203.0.113.1', 80, 'Local', ['10.0.0.0/8']],
      ['external-ip', '198.51.100.1', 80, 'Local', undefined],
      ['node-port', undefined, 30080, 'Local', undefined],
    ],
  )
})

test('ForwardingState gives a claimed address to the oldest Service, and to the next when that lets go', () => {
  const state = new ForwardingState(node)
  const tell = (name: string, creationTimestamp: string, clusterIP: string) => {
    const spec = { clusterIP, clusterIPs: [clusterIP], externalIPs: ['198.51.100.1'] }
    return [...state.set(`default/${name}`, service(spec, { name, creationTimestamp }), [])].sort()
  }
  tell('b', '2026-02-01T00:00:00Z', '10.96.0.2')
  assert.deepEqual(tell('a', '2026-01-01T00:00:00Z', '10.96.0.3'), ['default/a', 'default/b'])
  const { forwarding, lost } = state.settled('default/b')
  assert.deepEqual(
    forwarding?.ports[0]?.frontends.map(({ kind }) => kind),
    ['cluster-ip'],
  )
  assert.deepEqual(lost, [{ service: 'default/b', winner: 'default/a', frontend: '198.51.100.1:80/TCP' }])
  assert.deepEqual([...state.set('default/a', undefined, [])].sort(), ['default/a', 'default/b'])
  assert.equal(state.settled('default/b').lost.length, 0)
})

test('nodePortAddresses() are those of the node’s that lie in any of the ranges, of both families, or all where there is none', () => {
  const addresses = ['172.30.0.2', 'fd00:172:30::2', '192.0.2.1']
  assert.deepEqual(nodePortAddresses(addresses, ['172.30.0.0/16', 'fd00:172:30::/64']), addresses.slice(0, 2))
  assert.deepEqual(nodePortAddresses(addresses, ['fd00:172:30::/64']), ['fd00:172:30::2'])
  assert.deepEqual(nodePortAddresses(addresses, ['10.0.0.0/8']), [])
  assert.deepEqual(nodePortAddresses(addresses, []), addresses)
})

test('canonical() spells an address one way and takes no other for one', () => {
  assert.equal(canonical('10.0.0.1'), '10.0.0.1')
  assert.equal(canonical('FD00:0:0::1'), 'fd00::1')
  for (const text of ['10.0.0.01', '10.0.0.256', '10.0.0', '10.0.0.1.', '::ffff:10.0.0.1', 'x', ''])
    assert.equal(canonical(text), undefined, text)
})
