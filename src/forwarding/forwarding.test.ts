import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointsOf } from './endpoint.ts'
import { affinityOf, type EndpointSlice, forwardService, type Service, servicePortsOf } from './forward-service.ts'
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
    endpoints(
      on('n1', '10.244.1.1'),
      on('n1', '10.244.1.2', { ready: false }),
      on('n1', '10.244.1.3', { serving: false, terminating: true }),
    ).map(({ ready, serving, terminating }) => [ready, serving, terminating]),
    [
      [true, true, false],
      [false, true, false],
      [true, false, true],
    ],
  )
})

test('an endpoint of a slice that says its weight has so many places among the backends; what is no weight means one', () => {
  const weighing = (weight: string, address: string, nodeName = 'n1') =>
    slice([on(nodeName, address)], { metadata: { annotations: { 'fairlead.dev/endpoint-weight': weight } } })
  const slices = [
    weighing('3', '10.244.1.1'),
    weighing('2', '10.244.1.2', 'n2'),
    ...['0', '-1', '2.5', '257', 'many', ''].map((weight, at) => weighing(weight, `10.244.1.${at + 3}`)),
  ]
  const [port] = forwardService(service({ externalTrafficPolicy: 'Local', type: 'NodePort' }), slices, node).ports
  const drawn = (treatment: { readonly kind: string; readonly backends?: readonly { readonly address: string }[] }) =>
    treatment.backends?.map(({ address }) => Number(address.split('.')[3]))
  assert.deepEqual(drawn(port!.cluster), [1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(drawn(port!.local), [1, 1, 1, 3, 4, 5, 6, 7, 8])
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
  const starting = told('0', { ready: false }, 'starting')
  assert.deepEqual(zones(starting, leaving), ['leaving'])
  for (const duller of [gone, leaving, starting]) assert.deepEqual(zones(duller, told('z', {}, 'ready')), ['ready'])
  for (const label of ['service.kubernetes.io/headless', 'service.kubernetes.io/service-proxy-name'])
    assert.deepEqual(zones(told('z', {}, 'ready', { [label]: '' })), [])
})

test('endpointsOf() takes a port without a name for the one that has none, and the first address of an endpoint alone', () => {
  const ports = [{ port: 8080 }, { name: 'http', port: 9090 }, { name: 'none' }]
  const given = slice([{ addresses: ['10.244.1.1', '10.244.1.2'] }, { addresses: [] }, { addresses: ['10.1'] }], {
    ports,
  })
  const found = (name: string) =>
    endpointsOf([given], 'IPv4', name, 'TCP').map(({ address, port }) => `${address}:${port}`)
  assert.deepEqual([found(''), found('http'), found('none')], [['10.244.1.1:8080'], ['10.244.1.1:9090'], []])
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

test('categorizeEndpoints() sends nobody to who leaves while one alone is ready, and knows where nobody could answer', () => {
  const leaving = on('n1', '10.0.0.1', { ready: false, serving: true, terminating: true })
  const chosen = (...given: readonly object[]) => {
    const { cluster, local, any } = categorizeEndpoints(endpoints(...given), node)
    return [addresses(cluster), addresses(local), any]
  }
  assert.deepEqual(chosen(leaving, on('n1', '10.0.0.2')), [['10.0.0.2'], ['10.0.0.2'], true])
  assert.deepEqual(chosen(leaving), [['10.0.0.1'], ['10.0.0.1'], true])
  assert.deepEqual(chosen(on('n1', '10.0.0.1', { ready: false })), [[], [], false])
})

test('categorizeEndpoints() decides Cluster and Local apart: a ready endpoint elsewhere does not silence one that leaves here', () => {
  const chosen = categorizeEndpoints(
    endpoints(on('n1', '10.0.0.1', { ready: false, serving: true, terminating: true }), on('n2', '10.0.0.2')),
    node,
  )
  assert.deepEqual([addresses(chosen.cluster), addresses(chosen.local)], [['10.0.0.2'], ['10.0.0.1']])
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

test('forwardService() tells each port of a Service in each of its families, with what may answer it', () => {
  const given = service({
    clusterIPs: ['10.96.0.1', 'fd00::1'],
    sessionAffinity: 'ClientIP',
    internalTrafficPolicy: 'Local',
    ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  })
  const ports = [{ name: 'dns', protocol: 'UDP', port: 5353 }]
  const slices = [
    slice([on('n1', '10.0.0.1'), on('n2', '10.0.0.2'), { addresses: ['10.0.0.3'] }], { ports }),
    slice([on('n1', '10.0.0.4')], { ports: [{ name: 'web', protocol: 'UDP', port: 80 }] }),
  ]
  const frontend = { kind: 'cluster-ip', protocol: 'UDP', port: 53, policy: 'Local', sourceRanges: undefined }
  const common = { servicePort: 'default/web:dns', protocol: 'UDP', affinitySeconds: 10800, topology: 'none' }
  const backend = (address: string, local: boolean | undefined) => ({ address, port: 5353, local })
  const here = backend('10.0.0.1', true)
  assert.deepEqual(forwardService(given, slices, node), {
    service: 'default/web',
    ports: [
      {
        ...common,
        family: 'IPv4',
        frontends: [{ ...frontend, address: '10.96.0.1' }],
        cluster: { kind: 'balance', backends: [here, backend('10.0.0.2', false), backend('10.0.0.3', undefined)] },
        local: { kind: 'balance', backends: [here] },
      },
      {
        ...common,
        family: 'IPv6',
        frontends: [{ ...frontend, address: 'fd00::1' }],
        cluster: { kind: 'reject', reason: 'no-endpoints' },
        local: { kind: 'reject', reason: 'no-endpoints' },
      },
    ],
  })
})

test('a client stays with its endpoint for three hours or as long as told, a second at least and a day at most', () => {
  const seconds = (timeoutSeconds?: number, sessionAffinity = 'ClientIP') =>
    affinityOf(service({ sessionAffinity, sessionAffinityConfig: { clientIP: { timeoutSeconds } } }))
  assert.deepEqual(
    [undefined, 0, 1, 60, 86400, 86401].map((given) => seconds(given)),
    [10800, 1, 1, 60, 86400, 86400],
  )
  assert.equal(affinityOf(service({ sessionAffinity: 'ClientIP' })), 10800)
  assert.deepEqual([seconds(60, 'None'), affinityOf(service({}))], [undefined, undefined])
})

test('servicePortsOf() names all ports, one without a name by nothing behind the colon', () => {
  assert.deepEqual(servicePortsOf(service({ ports: [{ name: 'http', port: 80 }, { port: 81 }] })), [
    'default/web:http',
    'default/web:',
  ])
  assert.deepEqual(servicePortsOf(service({ ports: undefined })), [])
  assert.deepEqual(
    forwardService(service({ ports: [{ name: 'http', port: 80 }, { port: 81 }] }), [], node).ports.map(
      ({ servicePort }) => servicePort,
    ),
    ['default/web:http', 'default/web:'],
  )
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
  const tell = (name: string, creationTimestamp: string, clusterIP: string, externalIPs = ['198.51.100.1']) => {
    const spec = { clusterIP, clusterIPs: [clusterIP], externalIPs }
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
  tell('a', '2026-01-01T00:00:00Z', '10.96.0.3')
  assert.equal(state.settled('default/b').lost.length, 1)
  assert.deepEqual(tell('a', '2026-01-01T00:00:00Z', '10.96.0.3', []), ['default/a', 'default/b'])
  assert.equal(state.settled('default/b').lost.length, 0)
})

test('ForwardingState decides by age, then by the lesser name, whoever was told first', () => {
  const winner = (...claimants: readonly (readonly [name: string, day: number])[]) => {
    const state = new ForwardingState(node)
    for (const [at, [name, day]] of claimants.entries()) {
      const spec = { externalIPs: ['192.0.2.1'], clusterIPs: [`10.96.0.${at}`] }
      const metadata = { name, creationTimestamp: `2026-01-0${day}T00:00:00Z` }
      state.set(`default/${name}`, service(spec, metadata), [])
    }
    return state.settled(`default/${claimants.at(-1)![0]}`).lost.map((lost) => lost.winner)
  }
  assert.deepEqual(winner(['z', 1], ['b', 3], ['a', 2]), ['default/z'])
  assert.deepEqual(winner(['b', 2], ['z', 1], ['a', 3]), ['default/z'])
  assert.deepEqual(winner(['b', 1], ['a', 1], ['c', 1]), ['default/a'])
  assert.deepEqual(winner(['a', 1], ['b', 1]), ['default/a'])
})

test('a node port of one family is not claimed by a Service of the other', () => {
  const state = new ForwardingState(node)
  const tell = (name: string, clusterIP: string) =>
    state.set(
      `default/${name}`,
      service(
        { type: 'NodePort', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, nodePort: 30080 }] },
        { name },
      ),
      [],
    )
  tell('a', '10.96.0.1')
  tell('b', 'fd00::1')
  assert.deepEqual(state.settled('default/b').lost, [])
  tell('c', '10.96.0.3')
  assert.deepEqual(state.settled('default/c').lost, [
    { service: 'default/c', winner: 'default/a', frontend: 'node port 30080/TCP' },
  ])
})

test('nodePortAddresses() are those of the node’s that lie in any of the ranges, of both families, or all where there is none', () => {
  const addresses = ['172.30.0.2', 'fd00:172:30::2', '192.0.2.1']
  assert.deepEqual(nodePortAddresses(addresses, ['172.30.0.0/16', 'fd00:172:30::/64']), addresses.slice(0, 2))
  assert.deepEqual(nodePortAddresses(addresses, ['fd00:172:30::/64']), ['fd00:172:30::2'])
  assert.deepEqual(nodePortAddresses(addresses, ['10.0.0.0/8']), [])
  assert.deepEqual(nodePortAddresses(addresses, []), addresses)
})
