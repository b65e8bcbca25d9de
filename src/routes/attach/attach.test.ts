import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { ParentReference } from '#api/gatewayapi/shared/references.ts'
import { entries, listenerOf, routeCondition, routes, statusOf, words } from '../testing/ask.ts'
import type { Cluster } from '../testing/cluster.ts'
import {
  gateway,
  grpcRoute,
  http,
  httpRoute,
  https,
  listenerSet,
  secret,
  service,
  tcpRoute,
  tlsRoute,
} from '../testing/make.ts'

const services = [service('web'), service('other/web')]

const two = gateway('gw', [
  http({ name: 'a', hostname: 'a.test' }),
  http({ name: 'b', port: 81, hostname: 'b.test' }),
  http({ name: 'c', port: 81, hostname: 'c.test' }),
])

/** At which listeners of a Gateway a route is, and what is said of it. */
const attached = (ref: Partial<ParentReference>, one: Gateway = two, hostnames: readonly string[] = [], key = 'r') => {
  const all = routes({
    gateways: [one],
    services,
    namespaces: { shop: {}, other: { team: 'x' } },
    httpRoutes: [httpRoute(key, { parentRefs: [{ name: 'gw', ...ref }], hostnames })],
  })
  const names = statusOf(all, 'Gateway gw')
    .listeners!.filter((one) => one.attachedRoutes > 0)
    .map(({ name }) => name)
  const { parents = [] } = all.statuses.some(({ object }) => object.kind === 'HTTPRoute')
    ? statusOf(all, 'HTTPRoute r')
    : {}
  return [names.join(), parents[0] && routeCondition(all, 'HTTPRoute r', 'Accepted')]
}

const YES = 'True Accepted'

test('a route is attached to all listeners of its parent, to one by name, or to those of a port', () => {
  assert.deepEqual(attached({}), ['a,b,c', YES])
  assert.deepEqual(attached({ sectionName: 'b' }), ['b', YES])
  assert.deepEqual(attached({ port: 81 }), ['b,c', YES])
  assert.deepEqual(attached({ port: 81, sectionName: 'c' }), ['c', YES])
  assert.deepEqual(attached({ sectionName: '' }), ['a,b,c', YES])
  for (const ref of [{ sectionName: 'd' }, { port: 82 }, { port: 80, sectionName: 'b' }])
    assert.deepEqual(attached(ref), ['', 'False NoMatchingParent'])
})

test('a route whose parent is none of ours is none of ours', () => {
  assert.deepEqual(attached({ name: 'other' }), ['', undefined])
  assert.deepEqual(attached({ namespace: 'other' }), ['', undefined])
  assert.deepEqual(attached({ kind: 'Service' }), ['', undefined])
  assert.deepEqual(attached({ group: 'x.test' }), ['', undefined])
  assert.deepEqual(attached({ group: '', kind: 'Gateway' }), ['', undefined])
  assert.deepEqual(attached({ namespace: 'shop', kind: 'Gateway', group: 'gateway.networking.k8s.io' }), ['a,b,c', YES])
})

test('a route and a listener need a hostname in common', () => {
  assert.deepEqual(attached({}, two, ['a.test', 'x.test']), ['a', YES])
  assert.deepEqual(attached({}, two, ['*.test']), ['a,b,c', YES])
  assert.deepEqual(attached({}, two, ['A.TEST']), ['a', YES])
  assert.deepEqual(attached({}, two, ['x.test']), ['', 'False NoMatchingListenerHostname'])
  assert.deepEqual(attached({ sectionName: 'b' }, two, ['a.test']), ['', 'False NoMatchingListenerHostname'])
})

type From = { readonly from?: 'All' | 'Same' | 'Selector'; readonly selector?: object }
const from = (namespaces?: From) =>
  gateway('gw', [http({ name: 'a', allowedRoutes: { ...(namespaces && { namespaces }) } })])

test('routes are taken from the namespaces that a listener allows, from its own where it says nothing', () => {
  const foreign = (one: Gateway) => attached({ namespace: 'shop' }, one, [], 'other/r')
  const own = (one: Gateway) => attached({}, one)
  const no = ['', 'False NotAllowedByListeners']
  for (const [one, isForeign, isOwn] of [
    [gateway('gw', [http({ name: 'a' })]), no, ['a', YES]],
    [from(), no, ['a', YES]],
    [from({}), no, ['a', YES]],
    [from({ from: 'Same' }), no, ['a', YES]],
    [from({ from: 'All' }), ['a', YES], ['a', YES]],
    [from({ from: 'Selector', selector: { matchLabels: { team: 'x' } } }), ['a', YES], no],
    [from({ from: 'Selector' }), no, no],
  ] as const)
    assert.deepEqual([foreign(one), own(one)], [isForeign, isOwn], JSON.stringify(one.spec.listeners))
})

test('a namespace that is not there has no labels to be selected by', () => {
  const selector = {}
  assert.deepEqual(attached({ namespace: 'shop' }, from({ from: 'Selector', selector }), [], 'gone/r'), [
    '',
    'False NotAllowedByListeners',
  ])
  assert.deepEqual(attached({ namespace: 'shop' }, from({ from: 'Selector', selector }), [], 'other/r'), ['a', YES])
})

test('a listener takes routes of its kinds alone', () => {
  const kinds = (kind: string) => gateway('gw', [http({ name: 'a', allowedRoutes: { kinds: [{ kind }] } })])
  assert.deepEqual(attached({}, kinds('GRPCRoute')), ['', 'False NotAllowedByListeners'])
  assert.deepEqual(attached({}, kinds('HTTPRoute')), ['a', YES])
  const cluster = { gateways: [gateway('gw', [http()])], services }
  const tls = routes({ ...cluster, tlsRoutes: [tlsRoute('r')] })
  assert.equal(routeCondition(tls, 'TLSRoute r', 'Accepted'), 'False NotAllowedByListeners')
  const tcp = routes({ ...cluster, tcpRoutes: [tcpRoute('r')] })
  assert.equal(routeCondition(tcp, 'TCPRoute r', 'Accepted'), 'False NotAllowedByListeners')
})

test('why a route is not attached is told in words', () => {
  const said = (ref: Partial<ParentReference>, cluster: Cluster = {}) => {
    const httpRoutes = [httpRoute('r', { parentRefs: [{ name: 'gw', ...ref }], hostnames: ['x.test'] })]
    return words(
      statusOf(routes({ gateways: [two], services, httpRoutes, ...cluster }), 'HTTPRoute r').parents![0]!,
      'Accepted',
    )
  }
  assert.equal(said({ sectionName: 'd', port: 9 }), 'Gateway gw has no listener d at port 9')
  assert.equal(said({ port: 9 }), 'Gateway gw has no listener at port 9')
  assert.equal(said({}), 'no listener of Gateway gw that takes it has a hostname in common with x.test')
  assert.match(said({ port: 81 }), /^no listener of Gateway gw at port 81 that takes it has a hostname in common/)
  assert.equal(
    said({ sectionName: 'b' }),
    'listener b of Gateway gw is for b.test, which has nothing in common with x.test',
  )
})

test('whether it is the kind or the namespace of a route that listeners do not take is told of those that are meant', () => {
  const kinds = [{ kind: 'GRPCRoute' }]
  const gateways = [
    gateway('shop/gw', [
      http({ name: 'grpc', allowedRoutes: { kinds, namespaces: { from: 'All' } } }),
      http({ name: 'calls', port: 81, allowedRoutes: { kinds, namespaces: { from: 'All' } } }),
      http({ name: 'own', port: 82 }),
      http({ name: 'own-too', port: 82, hostname: 'x.test' }),
      http({ name: 'mixed', port: 83 }),
      http({ name: 'mixed-grpc', port: 83, hostname: 'x.test', allowedRoutes: { kinds } }),
      https({ name: 'all', allowedRoutes: { namespaces: { from: 'All' } } }),
    ]),
    gateway('shop/calls', [
      http({ allowedRoutes: { kinds } }),
      http({ name: 'b', port: 81, allowedRoutes: { kinds } }),
    ]),
  ]
  const said = (ref: Partial<ParentReference>) => {
    const httpRoutes = [httpRoute('other/r', { parentRefs: [{ name: 'gw', namespace: 'shop', ...ref }] })]
    return words(statusOf(routes({ gateways, services, httpRoutes }), 'HTTPRoute r').parents![0]!, 'Accepted')
  }
  assert.equal(said({ sectionName: 'grpc' }), 'listener grpc of Gateway gw takes no HTTPRoutes, only GRPCRoutes')
  assert.equal(said({ sectionName: 'own' }), 'listener own of Gateway gw takes no HTTPRoutes of the namespace other')
  assert.equal(said({ port: 82 }), 'no listener of Gateway gw at port 82 takes HTTPRoutes of the namespace other')
  assert.equal(said({ port: 83 }), 'listener mixed of Gateway gw at port 83 takes no HTTPRoutes of the namespace other')
  assert.equal(said({ name: 'calls' }), 'no listener of Gateway calls takes HTTPRoutes')
})

test('routes are attached to listeners that cannot be served, and count there', () => {
  const all = routes({ gateways: [gateway('gw', [https()])], httpRoutes: [httpRoute('r')], services })
  assert.equal(routeCondition(all, 'HTTPRoute r', 'Accepted'), YES)
  assert.equal(listenerOf(all, 'Gateway gw', 'https').attachedRoutes, 1)
  const conflict = routes({
    gateways: [gateway('gw', [http(), http({ name: 'b' })])],
    httpRoutes: [httpRoute('r')],
    services,
  })
  assert.equal(listenerOf(conflict, 'Gateway gw', 'b').attachedRoutes, 1)
})

test('each parent of a route is told of its own, and one listener by two parents counts once', () => {
  const parentRefs = [
    { name: 'gw', sectionName: 'a' },
    { name: 'gw', port: 80 },
    { name: 'gw', sectionName: 'no' },
  ]
  const all = routes({ gateways: [two], services, httpRoutes: [httpRoute('r', { parentRefs })] })
  const parents = statusOf(all, 'HTTPRoute r').parents!
  assert.deepEqual(
    parents.map(({ parentRef, conditions }) => [parentRef, conditions[0]?.reason]),
    parentRefs.map((ref, at) => [
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...ref },
      ['Accepted', 'Accepted', 'NoMatchingParent'][at],
    ]),
  )
  assert.equal(listenerOf(all, 'Gateway gw', 'a').attachedRoutes, 1)
  assert.equal(entries(all, 'a').length, 1)
})

test('a ListenerSet is a parent of its own', () => {
  const own = gateway('gw', [http()], { allowedListeners: { namespaces: { from: 'All' } } })
  const listenerSets = [listenerSet('other/s', 'shop/gw', [http({ name: 'x', port: 81 })])]
  const at = (ref: ParentReference, key: string, one = own) => {
    const httpRoutes = [httpRoute(key, { parentRefs: [ref] })]
    const all = routes({ gateways: [one], listenerSets, services, httpRoutes, namespaces: { shop: {}, other: {} } })
    const set = statusOf(all, 'ListenerSet s').listeners![0]?.attachedRoutes
    return [routeCondition(all, 'HTTPRoute r', 'Accepted'), listenerOf(all, 'Gateway gw', 'http').attachedRoutes, set]
  }
  const ref = { kind: 'ListenerSet', name: 's', namespace: 'other' }
  assert.deepEqual(at(ref, 'other/r'), [YES, 0, 1])
  assert.deepEqual(at({ ...ref, sectionName: 'x' }, 'other/r'), [YES, 0, 1])
  assert.deepEqual(at({ ...ref, sectionName: 'http' }, 'other/r'), ['False NoMatchingParent', 0, 0])
  assert.deepEqual(at(ref, 'r'), ['False NotAllowedByListeners', 0, 0])
  assert.deepEqual(at({ name: 'gw' }, 'r'), [YES, 1, 0])
  assert.deepEqual(at({ name: 'gw', port: 81 }, 'r'), ['False NoMatchingParent', 0, 0])
  const closed = gateway('gw', [http()])
  assert.deepEqual(at(ref, 'other/r', closed), ['False NoMatchingParent', 0, undefined])
  const httpRoutes = [httpRoute('other/r', { parentRefs: [ref] })]
  const [parent] = statusOf(routes({ gateways: [closed], listenerSets, services, httpRoutes }), 'HTTPRoute r').parents!
  assert.match(words(parent!, 'Accepted'), /^ListenerSet s is not attached: Gateway gw does not allow ListenerSets/)
})

test('routes that want the default Gateways have those that say that they are', () => {
  const gateways = [
    gateway('a', [http()], { defaultScope: 'All' }),
    gateway('b', [http()]),
    gateway('c', [http()], { defaultScope: 'None' }),
  ]
  const parents = (spec: object) => {
    const all = routes({ gateways, services, httpRoutes: [httpRoute('r', spec)] })
    if (!all.statuses.some(({ object }) => object.kind === 'HTTPRoute')) return undefined
    return statusOf(all, 'HTTPRoute r').parents!.map(({ parentRef }) => parentRef)
  }
  const group = 'gateway.networking.k8s.io'
  const a = { group, kind: 'Gateway', namespace: 'shop', name: 'a' }
  assert.deepEqual(parents({ parentRefs: [], useDefaultGateways: 'All' }), [a])
  assert.deepEqual(parents({ parentRefs: [], useDefaultGateways: 'None' }), undefined)
  assert.deepEqual(parents({ parentRefs: [] }), undefined)
  assert.deepEqual(parents({ parentRefs: [{ name: 'b' }], useDefaultGateways: 'All' }), [
    { group, kind: 'Gateway', name: 'b' },
    a,
  ])
  for (const ref of [{ name: 'a' }, { name: 'a', namespace: 'shop', kind: 'Gateway' }])
    assert.deepEqual(parents({ parentRefs: [ref], useDefaultGateways: 'All' }), [{ group, kind: 'Gateway', ...ref }])
  // What is called as one of them is, but is of another group, kind or namespace, is not it.
  for (const other of [{ group: 'x.test' }, { kind: 'ListenerSet' }, { namespace: 'other' }])
    assert.deepEqual(parents({ parentRefs: [{ name: 'a', ...other }], useDefaultGateways: 'All' }), [a])
})

test('at one listener a hostname is for HTTPRoutes or for GRPCRoutes, whichever has the oldest', () => {
  const one = (hostnames: readonly string[], age: number, grpc: readonly string[], grpcAge: number) => {
    const all = routes({
      gateways: [gateway('gw', [http()])],
      services,
      httpRoutes: [httpRoute('h', { hostnames }, age)],
      grpcRoutes: [grpcRoute('g', { hostnames: grpc }, grpcAge)],
    })
    return [
      routeCondition(all, 'HTTPRoute h', 'Accepted'),
      routeCondition(all, 'GRPCRoute g', 'Accepted'),
      listenerOf(all, 'Gateway gw', 'http').attachedRoutes,
      entries(all)
        .map(({ rule }) => rule.origin.kind)
        .join(),
    ]
  }
  const no = 'False HostnameConflict'
  assert.deepEqual(one(['a.test'], 1, ['b.test'], 2), [YES, YES, 2, 'HTTPRoute,GRPCRoute'])
  assert.deepEqual(one(['a.test'], 1, ['a.test'], 2), [YES, no, 1, 'HTTPRoute'])
  assert.deepEqual(one(['a.test'], 2, ['a.test'], 1), [no, YES, 1, 'GRPCRoute'])
  assert.deepEqual(one(['a.test'], 1, ['a.test'], 1), [no, YES, 1, 'GRPCRoute'])
  assert.deepEqual(one([], 1, ['a.test'], 2), [YES, no, 1, 'HTTPRoute'])
  assert.deepEqual(one(['a.test'], 1, [], 2), [YES, no, 1, 'HTTPRoute'])
  assert.deepEqual(one(['a.test'], 1, ['*.test'], 2), [YES, no, 1, 'HTTPRoute'])
  assert.deepEqual(one(['*.test'], 1, ['x.test', 'a.example'], 2), [YES, no, 1, 'HTTPRoute'])
  assert.deepEqual(one(['*.test'], 1, ['*.a.test'], 2), [YES, no, 1, 'HTTPRoute'])
  assert.deepEqual(one(['a.test'], 1, ['b.test', 'a.test'], 2), [YES, no, 1, 'HTTPRoute'])
})

test('a route that loses one listener to another kind keeps its others', () => {
  const all = routes({
    gateways: [gateway('gw', [http({ name: 'a' }), https({ name: 'b' })])],
    secrets: [secret('certificate')],
    services,
    httpRoutes: [httpRoute('h', { parentRefs: [{ name: 'gw', sectionName: 'a' }] }, 1)],
    grpcRoutes: [grpcRoute('g', {}, 2), grpcRoute('late', { parentRefs: [{ name: 'gw', sectionName: 'a' }] }, 3)],
  })
  assert.equal(routeCondition(all, 'GRPCRoute g', 'Accepted'), YES)
  assert.deepEqual(
    ['a', 'b'].map((name) => listenerOf(all, 'Gateway gw', name).attachedRoutes),
    [1, 1],
  )
  assert.match(
    words(statusOf(all, 'GRPCRoute late').parents![0]!, 'Accepted'),
    /^HTTPRoute shop\/h comes first and has a hostname in common/,
  )
})

test('each older route of another kind keeps its hostnames', () => {
  const all = routes({
    gateways: [gateway('gw', [http()])],
    services,
    httpRoutes: [httpRoute('a', { hostnames: ['a.test'] }, 1), httpRoute('b', { hostnames: ['b.test'] }, 2)],
    grpcRoutes: [grpcRoute('g', { hostnames: ['a.test'] }, 3)],
  })
  assert.equal(routeCondition(all, 'GRPCRoute g', 'Accepted'), 'False HostnameConflict')
})

test('a route that lost its place does not keep others from it', () => {
  const all = routes({
    gateways: [gateway('gw', [http()])],
    services,
    httpRoutes: [httpRoute('first', { hostnames: ['a.test'] }, 1), httpRoute('third', { hostnames: ['b.test'] }, 3)],
    grpcRoutes: [grpcRoute('second', { hostnames: ['a.test', 'b.test'] }, 2)],
  })
  assert.equal(routeCondition(all, 'GRPCRoute second', 'Accepted'), 'False HostnameConflict')
  assert.equal(routeCondition(all, 'HTTPRoute third', 'Accepted'), YES)
})
