import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeCondition, routes, statusOf, words } from '../testing/ask.ts'
import {
  gateway,
  http,
  httpRoute,
  https,
  policy,
  rule,
  secret,
  service,
  tcpRoute,
  tlsRoute,
  udpRoute,
} from '../testing/make.ts'

const gateways = [gateway('gw', [http()])]
const services = [service('web')]
const lost = (controllerName: string) => ({
  ...httpRoute('r', { parentRefs: [{ name: 'gone' }] }),
  status: { parents: [{ parentRef: { name: 'gone' }, controllerName, conditions: [] }] },
})

test('a route that has no parent of ours any more loses what was told of it, and keeps what others told', () => {
  const all = routes({ gateways, services, httpRoutes: [lost('fairlead.dev/gateway-controller')] })
  assert.deepEqual(statusOf(all, 'HTTPRoute r').parents, [])
  const others = routes({ gateways, services, httpRoutes: [lost('a.test/b')] })
  assert.equal(
    others.statuses.some(({ object }) => object.kind === 'HTTPRoute'),
    false,
  )
})

test('what is told of a route is of its generation, and names its parent as it does', () => {
  const parentRefs = [{ name: 'gw' }, { name: 'gw', sectionName: 'http', kind: 'Gateway' }]
  const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { parentRefs })] })
  const own = all.statuses.find(({ object }) => object.kind === 'HTTPRoute')
  assert.deepEqual([own?.uid, own?.generation, own?.object.name], ['uid-r', 7, 'r'])
  const group = 'gateway.networking.k8s.io'
  assert.deepEqual(
    statusOf(all, 'HTTPRoute r').parents?.map(({ parentRef }) => parentRef),
    [
      { group, kind: 'Gateway', name: 'gw' },
      { group, kind: 'Gateway', name: 'gw', sectionName: 'http' },
    ],
  )
})

test('a route loses what was told of it also where others have told something', () => {
  const route = lost('fairlead.dev/gateway-controller')
  const [own] = route.status.parents
  const parents = [{ ...own!, controllerName: 'a.test/b' }, own!]
  const all = routes({ gateways, services, httpRoutes: [{ ...route, status: { parents } }] })
  assert.deepEqual(statusOf(all, 'HTTPRoute r').parents, [])
})

test('references of a route that is not attached are looked up all the same', () => {
  const refused = (parentRef: object, known = services) => {
    const httpRoutes = [httpRoute('r', { parentRefs: [{ name: 'gw', ...parentRef }] })]
    const all = routes({ gateways, services: known, httpRoutes })
    return ['Accepted', 'ResolvedRefs'].map((type) => routeCondition(all, 'HTTPRoute r', type))
  }
  assert.deepEqual(refused({ port: 81 }), ['False NoMatchingParent', 'True ResolvedRefs'])
  assert.deepEqual(refused({ port: 81 }, []), ['False NoMatchingParent', 'False BackendNotFound'])
  assert.deepEqual(refused({}, []), ['True Accepted', 'False BackendNotFound'])
})

test('of a route that is not attached nothing is told of its rules', () => {
  const rules = [rule('web'), rule('web', { retry: { attempts: 101 } })]
  const typesOf = (parentRef: object) => {
    const all = routes({
      gateways,
      services,
      httpRoutes: [httpRoute('r', { parentRefs: [{ name: 'gw', ...parentRef }], rules })],
    })
    return statusOf(all, 'HTTPRoute r').parents?.[0]?.conditions.map(({ type }) => type)
  }
  assert.deepEqual(typesOf({}), ['Accepted', 'ResolvedRefs', 'PartiallyInvalid'])
  assert.deepEqual(typesOf({ port: 81 }), ['Accepted', 'ResolvedRefs'])
})

test('a status is another one when what is told is', () => {
  const route = httpRoute('r')
  const one = (cluster: object, changes: object = {}) =>
    statusOf(routes({ gateways, services, httpRoutes: [route], ...cluster }, changes), 'HTTPRoute r')
  const first = one({})
  assert.equal(one({}), first)
  assert.notEqual(one({ services: [] }), first)
  assert.notEqual(one({}, { refusals: new Map([['HTTPRoute shop/r 0', 'x']]) }), first)
  const closed = one({
    gateways: [gateway('gw', [http({ hostname: 'a.test', allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } })])],
  })
  assert.equal(closed.parents?.[0]?.conditions[0]?.reason, 'NotAllowedByListeners')
  assert.equal(one({}).parents?.[0]?.conditions[0]?.reason, 'Accepted')
  assert.equal(
    one({}, { controllerName: 'fairlead.dev/gateway-controller' }).parents?.[0]?.controllerName,
    'fairlead.dev/gateway-controller',
  )
})

test('what the proxy does not take of a route is told rule by rule, as what waits is', () => {
  const good = rule('web')
  const wrong = rule('web', { retry: { attempts: 101 } })
  const ids = (...indices: readonly number[]) => new Map(indices.map((at) => [`HTTPRoute shop/r ${at}`, `no ${at}`]))
  const told = (rules: readonly (typeof good)[], refused: readonly number[], waits: readonly number[] = []) => {
    const changes = { refusals: ids(...refused), waiting: ids(...waits) }
    const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules })] }, changes)
    const [parent] = statusOf(all, 'HTTPRoute r').parents!
    const said = (type: string) => [routeCondition(all, 'HTTPRoute r', type), words(parent!, type)].join(': ')
    return [said('Accepted'), said('PartiallyInvalid')]
  }
  const yes = 'True Accepted: the route is attached'
  assert.deepEqual(told([good, good], []), [yes, ': '])
  const some = 'True UnsupportedValue: Dropped Rule 0: no 0'
  assert.deepEqual(told([good, good], [0]), [yes, some])
  assert.deepEqual(told([good, good, good], [0, 2]), [yes, `${some}; 2: no 2`])
  const none = 'False UnsupportedValue: the proxy does not take rule 0: no 0'
  assert.deepEqual(told([good, good], [0, 1]), [`${none}; 1: no 1`, ': '])
  const both = told([good, wrong], [0])
  assert.ok(both[0]!.startsWith(`${none}; Dropped Rule 1: `), both[0])
  assert.deepEqual(told([good, good], [], [1]), [yes, 'True UnsupportedValue: Served in part: Rule 1: no 1'])
  assert.deepEqual(told([good, good], [0], [1]), [yes, `${some}; Served in part: Rule 1: no 1`])
})

test('whether a policy is in the way of a route is told as the listener speaks where the route is', () => {
  const pass = { name: 'pass', port: 444, protocol: 'TLS', tls: { mode: 'Passthrough' as const } }
  const ends = https({ protocol: 'TLS', name: 'ends' })
  const cluster = { services, secrets: [secret('certificate')], backendTLSPolicies: [policy('p', 'web')] }
  const at = (listeners: readonly (typeof ends)[], ref: object) => {
    const tlsRoutes = [tlsRoute('t', { parentRefs: [{ name: 'gw', ...ref }] })]
    return routeCondition(
      routes({ ...cluster, gateways: [gateway('gw', listeners)], tlsRoutes }),
      'TLSRoute t',
      'ResolvedRefs',
    )
  }
  const broken = 'False InvalidBackendTLSPolicy'
  assert.equal(at([pass, ends], { sectionName: 'pass' }), 'True ResolvedRefs')
  assert.equal(at([pass, ends], { sectionName: 'ends' }), broken)
  assert.equal(at([ends], { sectionName: 'gone' }), broken)
})

test('of routes of connections at one listener the oldest has it, and the others are warned', () => {
  const listener = (protocol: string) => ({ name: protocol.toLowerCase(), port: 53, protocol })
  const all = routes({
    gateways: [gateway('gw', [listener('TCP'), listener('UDP'), http()])],
    services: [...services, service('dns', [{ port: 53, protocol: 'UDP' }])],
    tcpRoutes: [tcpRoute('t2', {}, 2), tcpRoute('t1', {}, 1)],
    udpRoutes: [udpRoute('u1', {}, 1), udpRoute('u3', {}, 3), udpRoute('u2', {}, 2)],
    httpRoutes: [httpRoute('a'), httpRoute('b', {}, 1)],
  })
  const taken = (protocol: string, first: string) =>
    `listener ${protocol} of Gateway shop/gw has one route alone, and ${first} comes first`
  assert.deepEqual(
    all.news.map(({ object, reason, message }) => [object.name, reason, message]),
    [
      ['t2', 'PortTaken', taken('tcp', 'TCPRoute shop/t1')],
      ['u3', 'PortTaken', taken('udp', 'UDPRoute shop/u1')],
      ['u2', 'PortTaken', taken('udp', 'UDPRoute shop/u1')],
    ],
  )
})

test('routes at listeners that are not served are named with them', () => {
  const broken = https({ tls: { certificateRefs: [{ name: 'gone' }] } })
  const hostnames = ['a.test']
  const { unserved } = routes({
    gateways: [gateway('gw', [http(), broken])],
    services,
    httpRoutes: [httpRoute('r', { hostnames })],
  })
  assert.deepEqual(
    unserved.map(({ route, owner, listener, hostnames }) => [route.name, owner.name, listener, hostnames]),
    [['r', 'gw', 'https', hostnames]],
  )
})
