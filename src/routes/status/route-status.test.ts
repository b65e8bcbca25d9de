import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeCondition, routes, statusOf } from '../testing/ask.ts'
import { gateway, http, httpRoute, rule, service } from '../testing/make.ts'

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
