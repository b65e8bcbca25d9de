import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { RouteOptions } from '../route-objects.ts'
import { condition, listenerOf, routes, statusOf, words } from '../testing/ask.ts'
import { type Cluster, gatewayClass } from '../testing/cluster.ts'
import { configMap, gateway, grant, http, httpRoute, https, listenerSet, secret, service } from '../testing/make.ts'

const told = (one: Gateway, changes: Partial<RouteOptions> = {}, cluster: Cluster = {}) => {
  const all = routes({ gateways: [one], ...cluster }, changes)
  const status = statusOf(all, 'Gateway gw')
  const conditions = { conditions: status.conditions! }
  return {
    all,
    status,
    conditions,
    three: ['Accepted', 'Programmed', 'ResolvedRefs'].map((type) => condition(conditions, type)),
  }
}

const GOOD = ['True Accepted', 'True Programmed', 'True ResolvedRefs']

test('a Gateway that is served has its addresses, and says so of itself and of its listeners', () => {
  const { status, three, all } = told(gateway('gw', [http()]), { addressesOf: () => ['192.0.2.1', '2001:db8::1'] })
  assert.deepEqual(three, GOOD)
  assert.deepEqual(status.addresses, [
    { type: 'IPAddress', value: '192.0.2.1' },
    { type: 'IPAddress', value: '2001:db8::1' },
  ])
  assert.equal(status.attachedListenerSets, 0)
  assert.equal(status.conditions?.length, 3)
  const own = all.statuses.find(({ object }) => object.kind === 'Gateway')
  assert.deepEqual([own?.uid, own?.generation], ['uid-gw', 7])
})

test('Gateways of other classes are not ours', () => {
  const gateways = [gateway('gw', [http()], { gatewayClassName: 'other' })]
  const kinds = (cluster: Cluster) => routes({ gateways, ...cluster }).statuses.map(({ object }) => object.kind)
  assert.deepEqual(kinds({}), ['GatewayClass'])
  assert.deepEqual(kinds({ gatewayClasses: [gatewayClass('other', { controllerName: 'a.test/b' })] }), [])
  assert.deepEqual(kinds({ gatewayClasses: [gatewayClass('other')] }), ['GatewayClass', 'Gateway'])
})

test('an address of somebody else’s load balancer may be a name', () => {
  const addressesOf = () => ['lb.example.com', '192.0.2.1']
  assert.deepEqual(told(gateway('gw', [http()]), { addressesOf }).status.addresses, [
    { type: 'Hostname', value: 'lb.example.com' },
    { type: 'IPAddress', value: '192.0.2.1' },
  ])
})

test('while proxies serve an older generation of a Gateway, or of one listener of it, that is what waits', () => {
  const { generation = 0 } = gateway('gw', []).metadata ?? {}
  const older = told(gateway('gw', [http(), http({ name: 'b', port: 81 })]), {
    servedAt: (_, port) => (port === 80 ? generation - 1 : undefined),
  })
  const found = older.conditions.conditions.find(({ type }) => type === 'Programmed')
  assert.deepEqual([found?.reason, found?.isOlder], ['Pending', true])
  assert.match(found?.message ?? '', new RegExp(`generation ${generation - 1} says`))
  const now = told(gateway('gw', [http()]), { servedAt: () => generation })
  assert.equal(now.three[1], 'True Programmed')
})

test('what proxies have no room to tell is unknown, and nobody waits for it', () => {
  const [http80, http81] = [http(), http({ name: 'b', port: 81 })]
  const alone = told(gateway('gw', [http80]), { servedAt: () => 'untold' })
  const found = alone.conditions.conditions.find(({ type }) => type === 'Programmed')
  assert.deepEqual([found?.status, found?.reason, found?.isOlder], ['Unknown', 'Pending', undefined])
  assert.match(found?.message ?? '', /no room to tell/)
  const both = gateway('gw', [http80, http81])
  const servedAt = (_: unknown, port: number) => (port === 80 ? 7 : 'untold')
  const { all, three } = told(both, { servedAt })
  assert.equal(three[1], 'True Programmed')
  const [served, other] = ['http', 'b'].map((name) => condition(listenerOf(all, 'Gateway gw', name), 'Programmed'))
  assert.deepEqual([served, other], ['True Programmed', 'Unknown Pending'])
  const unled = told(both, { servedAt, isLed: ({ port }) => port === 80 })
  assert.equal(unled.three[1], 'False Pending')
})

test('what is in the way of a Gateway is why it is not programmed', () => {
  const obstacleAt = () => ({ reason: 'NoResources', message: 'Service kube-system/x is somebody else’s' })
  const blocked = told(gateway('gw', [http()]), { obstacleAt })
  assert.equal(blocked.three[1], 'False NoResources')
  assert.equal(words(blocked.conditions, 'Programmed'), 'Service kube-system/x is somebody else’s')
})

test('a Gateway is programmed when a proxy serves it, at an address and a port', () => {
  const waiting = told(gateway('gw', [http()]), { servedAt: () => undefined })
  assert.deepEqual(waiting.three, ['True Accepted', 'False Pending', 'True ResolvedRefs'])
  assert.equal(words(waiting.conditions, 'Programmed'), 'no proxy serves it yet')
  const listener = listenerOf(waiting.all, 'Gateway gw', 'http')
  assert.deepEqual(
    [condition(listener, 'Accepted'), condition(listener, 'Programmed')],
    ['True Accepted', 'False Pending'],
  )
  const unbound = told(gateway('gw', [http()]), { bindOf: () => undefined })
  assert.deepEqual(unbound.three, ['True Accepted', 'False Pending', 'True ResolvedRefs'])
  assert.equal(words(unbound.conditions, 'Programmed'), 'port 80 is not given to the proxy yet')
  assert.deepEqual(unbound.all.table.sites, [])
  assert.deepEqual(unbound.all.wantedPorts, [
    { site: { kind: 'Gateway', namespace: 'shop', name: 'gw' }, port: 80, protocol: 'TCP', by: 'proxy' },
  ])
  const nowhere = told(gateway('gw', [http()]), { addressesOf: () => [] })
  assert.deepEqual(nowhere.three, ['True Accepted', 'False AddressNotAssigned', 'True ResolvedRefs'])
  const refusals = new Map([['Gateway shop/gw http', 'no']])
  const mixed = told(gateway('gw', [http(), http({ name: 'b', port: 81 })]), { servedAt: () => undefined, refusals })
  assert.equal(mixed.three[1], 'False Pending')
})

test('a Gateway is programmed when all its listeners are served that can be: one that is still to come is waited for', () => {
  const both = gateway('gw', [http(), http({ name: 'b', port: 81 })])
  const first = ({ port }: { readonly port: number }) => port === 80
  for (const [waits, why] of [
    [{ bindOf: (_: unknown, port: number) => (port === 80 ? 10_000 : undefined) }, /port 81 is not given to the proxy/],
    [{ servedAt: (_: unknown, port: number) => (port === 80 ? 7 : undefined) }, /no proxy serves it yet/],
    [{ isLed: first }, /port 81 of its addresses leads to no proxy yet/],
  ] as const) {
    const { all, three, conditions } = told(both, waits)
    assert.equal(three[1], 'False Pending')
    const found = conditions.conditions.find(({ type }) => type === 'Programmed')
    assert.equal(found?.isOlder, true, 'what was said of the generation before stands')
    assert.match(found?.message ?? '', why)
    const [served, waiting] = ['http', 'b'].map((name) => condition(listenerOf(all, 'Gateway gw', name), 'Programmed'))
    assert.deepEqual([served, waiting], ['True Programmed', 'False Pending'])
  }
  const refusals = new Map([['Gateway shop/gw b', 'no']])
  assert.deepEqual(told(both, { refusals, servedAt: (_, port) => (port === 80 ? 7 : undefined) }).three, GOOD)
  const tcp = { name: 'tcp', port: 22, protocol: 'TCP' }
  assert.equal(told(gateway('gw', [http(), tcp]), { isLed: first }).three[1], 'False Pending')
  const alone = told(gateway('gw', [tcp]), { isLed: () => false })
  assert.equal(words(alone.conditions, 'Programmed'), 'its addresses do not have port 22 yet')
})

test('the kernel needs no proxy', () => {
  const { three } = told(gateway('gw', [{ name: 'tcp', port: 22, protocol: 'TCP' }]), {
    servedAt: () => undefined,
    bindOf: () => undefined,
  })
  assert.deepEqual(three, GOOD)
})

test('what a proxy does not take of a listener is told there', () => {
  const refusals = new Map([['Gateway shop/gw http', 'no such cipher']])
  const { all, three } = told(gateway('gw', [http(), http({ name: 'b', port: 81 })]), { refusals })
  const listener = listenerOf(all, 'Gateway gw', 'http')
  assert.equal(condition(listener, 'Programmed'), 'False Invalid')
  assert.equal(words(listener, 'Programmed'), 'the proxy does not take it: no such cipher')
  assert.equal(condition(listenerOf(all, 'Gateway gw', 'b'), 'Programmed'), 'True Programmed')
  assert.deepEqual(three, GOOD)
  assert.equal(told(gateway('gw', [http()]), { refusals }).three[1], 'False Invalid')
  const clashing = ['a', 'b'].map((name) => http({ name, port: 82 }))
  assert.equal(told(gateway('gw', [...clashing, http()]), { refusals }).three[1], 'False Invalid')
})

test('of listeners that cannot be served is told which they are, and the others go on', () => {
  const some = told(gateway('gw', [http(), https()]))
  assert.deepEqual(some.three, ['True ListenersNotValid', 'True Programmed', 'False ListenersNotResolved'])
  assert.equal(words(some.conditions, 'Accepted'), 'listener https: Secret shop/certificate is not there')
  assert.equal(words(some.conditions, 'ResolvedRefs'), 'references lead nowhere of the listeners https')
  const none = told(gateway('gw', [https()]))
  assert.deepEqual(none.three, ['False ListenersNotValid', 'False Invalid', 'False ListenersNotResolved'])
  assert.equal(words(none.conditions, 'Programmed'), 'it has no listener that can be served')
  const conflict = told(gateway('gw', [http(), http({ name: 'b' })]))
  assert.deepEqual(conflict.three, ['False ListenersNotValid', 'False Invalid', 'True ResolvedRefs'])
  const kinds = told(gateway('gw', [http({ allowedRoutes: { kinds: [{ kind: 'FooRoute' }] } })]))
  assert.deepEqual(kinds.three, ['True Accepted', 'True Programmed', 'False ListenersNotResolved'])
})

const at = (...addresses: readonly { readonly type?: string; readonly value?: string }[]) =>
  gateway('gw', [http()], { addresses })

test('addresses of other types are not supported, and nothing is served then', () => {
  for (const address of [{ type: 'Hostname', value: 'a.test' }, { type: 'test/fake', value: 'x' }, { value: 'x' }]) {
    const { three, all } = told(at({ value: '192.0.2.1' }, address))
    assert.deepEqual(three, ['False UnsupportedAddress', 'False Invalid', 'True ResolvedRefs'])
    assert.deepEqual([all.table.sites, all.wantedPorts], [[], []])
    const listener = listenerOf(all, 'Gateway gw', 'http')
    assert.deepEqual(
      [condition(listener, 'Accepted'), condition(listener, 'Programmed')],
      ['True Accepted', 'False Invalid'],
    )
    assert.equal(words(listener, 'Programmed'), 'Gateway gw is not accepted')
  }
  assert.match(
    words(told(at({ type: 'Hostname' })).conditions, 'Accepted'),
    /an address of the type Hostname cannot be given/,
  )
  assert.match(words(told(at({ value: 'x' })).conditions, 'Accepted'), /"x" is no IP address/)
})

test('an address that is asked for is given, or it is told that it cannot be', () => {
  assert.deepEqual(told(at({ type: 'IPAddress', value: '192.0.2.1' })).three, GOOD)
  assert.deepEqual(told(at({ type: 'IPAddress' })).three, GOOD)
  assert.deepEqual(told(at({ value: '' })).three, GOOD)
  const v6 = told(at({ value: '2001:DB8:0::1' }), { addressesOf: () => ['2001:db8::1'] })
  assert.deepEqual(v6.three, GOOD)
  const other = told(at({ value: '192.0.2.1' }, { value: '192.0.2.9' }))
  assert.deepEqual(other.three, ['True Accepted', 'False AddressNotUsable', 'True ResolvedRefs'])
  assert.equal(words(other.conditions, 'Programmed'), 'the address 192.0.2.9 cannot be given to it')
  assert.deepEqual(other.all.table.sites.length, 1)
  const none = told(at({ value: '192.0.2.9' }), { addressesOf: () => [] })
  assert.equal(none.three[1], 'False AddressNotUsable')
  assert.equal(words(none.conditions, 'Programmed'), 'none of the addresses 192.0.2.9 is given to it')
  assert.equal(told(at({ type: 'IPAddress' }), { addressesOf: () => [] }).three[1], 'False AddressNotAssigned')
})

test('a Gateway whose parameters are not there is not accepted', () => {
  const parametersRef = { group: '', kind: 'ConfigMap', name: 'a' }
  const { three, all } = told(gateway('gw', [http()], { infrastructure: { parametersRef, labels: { a: 'b' } } }))
  assert.deepEqual(three, ['False InvalidParameters', 'False Invalid', 'True ResolvedRefs'])
  assert.deepEqual(all.table.sites, [])
  assert.deepEqual(told(gateway('gw', [http()], { infrastructure: { labels: { a: 'b' } } })).three, GOOD)
})

test('what a Gateway shows to backends must be there, and it is accepted all the same', () => {
  const one = (ref: object) =>
    gateway('gw', [http()], { tls: { backend: { clientCertificateRef: ref as { name: string } } } })
  const cases: readonly (readonly [string, object])[] = [
    ['InvalidClientCertificateRef', { name: 'no' }],
    ['InvalidClientCertificateRef', { name: 'a', group: 'x.test' }],
    ['InvalidClientCertificateRef', { name: 'a', kind: 'Pod' }],
    ['RefNotPermitted', { name: 'a', namespace: 'other' }],
  ]
  for (const [reason, ref] of cases)
    assert.deepEqual(told(one(ref), {}, { secrets: [secret('a')] }).three, [
      'True Accepted',
      'True Programmed',
      `False ${reason}`,
    ])
  assert.deepEqual(told(one({ name: 'a' }), {}, { secrets: [secret('a')] }).three, GOOD)
  const referenceGrants = [grant('other', 'Gateway', 'shop', { kind: 'Secret' })]
  const granted = told(one({ name: 'a', namespace: 'other' }), {}, { secrets: [secret('other/a')], referenceGrants })
  assert.deepEqual(granted.three, GOOD)
})

test('that clients are let in without a valid certificate is told while it is so', () => {
  const mode = (own: 'AllowValidOnly' | 'AllowInsecureFallback', port?: 'AllowInsecureFallback') => {
    const caCertificateRefs = [{ group: '', kind: 'ConfigMap', name: 'authorities' }]
    const perPort = port ? [{ port: 443, tls: { validation: { caCertificateRefs, mode: port } } }] : []
    const frontend = { default: { validation: { caCertificateRefs, mode: own } }, perPort }
    const { conditions } = told(
      gateway('gw', [http()], { tls: { frontend } }),
      {},
      { configMaps: [configMap('authorities')] },
    )
    return condition(conditions, 'InsecureFrontendValidationMode')
  }
  assert.equal(mode('AllowValidOnly'), undefined)
  assert.equal(mode('AllowInsecureFallback'), 'True ConfigurationChanged')
  assert.equal(mode('AllowValidOnly', 'AllowInsecureFallback'), 'True ConfigurationChanged')
})

const open = (from: 'All' | 'Same' | 'Selector' | 'None' | undefined, selector?: object) =>
  gateway('gw', [http()], {
    allowedListeners: { namespaces: { ...(from && { from }), ...(selector && { selector }) } },
  })

test('ListenerSets are taken from where the Gateway says, and from nowhere where it says nothing', () => {
  const sets = [
    listenerSet('here', 'gw', [http({ name: 'a', port: 81 })]),
    listenerSet('there/there', 'shop/gw', [http({ name: 'b', port: 82 })]),
  ]
  const namespaces = { shop: {}, there: { team: 'b' } }
  const taken = (one: Gateway) => {
    const all = routes({ gateways: [one], listenerSets: sets, namespaces })
    const own = ['here', 'there'].map((name) => {
      const conditions = { conditions: statusOf(all, `ListenerSet ${name}`).conditions! }
      return ['Accepted', 'Programmed'].map((type) => condition(conditions, type))
    })
    return [...own.flat(), statusOf(all, 'Gateway gw').attachedListenerSets]
  }
  const no = ['False NotAllowed', 'False NotAllowed']
  const yes = ['True Accepted', 'True Programmed']
  assert.deepEqual(taken(gateway('gw', [http()])), [...no, ...no, 0])
  assert.deepEqual(taken(open(undefined)), [...no, ...no, 0])
  assert.deepEqual(taken(open('None')), [...no, ...no, 0])
  assert.deepEqual(taken(open('Same')), [...yes, ...no, 1])
  assert.deepEqual(taken(open('All')), [...yes, ...yes, 2])
  assert.deepEqual(taken(open('Selector', { matchLabels: { team: 'b' } })), [...no, ...yes, 1])
  assert.deepEqual(taken(open('Selector')), [...no, ...no, 0])
})

test('a ListenerSet that is not allowed has no listeners, and is told why', () => {
  const all = routes({
    gateways: [gateway('gw', [http()])],
    listenerSets: [listenerSet('s', 'gw', [http({ port: 81 })])],
  })
  const status = statusOf(all, 'ListenerSet s')
  assert.deepEqual(status.listeners, [])
  assert.equal(
    words({ conditions: status.conditions! }, 'Accepted'),
    'Gateway gw does not allow ListenerSets of the namespace shop',
  )
  assert.deepEqual(
    all.wantedPorts.map(({ port }) => port),
    [80],
  )
})

const setTold = (all: ReturnType<typeof routes>) => {
  const conditions = { conditions: statusOf(all, 'ListenerSet s').conditions! }
  return ['Accepted', 'Programmed'].map((type) => condition(conditions, type))
}

test('a ListenerSet of which some listener can be served is attached, one of which none can is not', () => {
  const set = (...listeners: Parameters<typeof listenerSet>[2][number][]) => {
    const all = routes({ gateways: [open('Same')], listenerSets: [listenerSet('s', 'gw', listeners)] })
    return [...setTold(all), statusOf(all, 'Gateway gw').attachedListenerSets]
  }
  assert.deepEqual(set(http({ port: 81 })), ['True Accepted', 'True Programmed', 1])
  assert.deepEqual(set(http({ port: 81 }), https()), ['True ListenersNotValid', 'True Programmed', 1])
  assert.deepEqual(set(https()), ['False ListenersNotValid', 'False ListenersNotValid', 0])
})

test('a ListenerSet is programmed unless the proxy takes none of its listeners', () => {
  const listenerSets = [listenerSet('s', 'gw', [http({ name: 'a', port: 81 }), http({ name: 'b', port: 82 })])]
  const refused = (...names: readonly string[]) => {
    const refusals = new Map(names.map((name) => [`ListenerSet shop/s ${name}`, 'no such cipher']))
    return setTold(routes({ gateways: [open('Same')], listenerSets }, { refusals }))
  }
  assert.deepEqual(refused('a'), ['True Accepted', 'True Programmed'])
  assert.deepEqual(refused('a', 'b'), ['True Accepted', 'False Invalid'])
})

test('a ListenerSet’s own grants count for its certificates, not those of its Gateway', () => {
  const tls = { certificateRefs: [{ name: 'a', namespace: 'other' }] }
  const all = (kind: string) =>
    setTold(
      routes({
        gateways: [open('Same')],
        listenerSets: [listenerSet('s', 'gw', [https({ tls })])],
        secrets: [secret('other/a')],
        referenceGrants: [grant('other', kind, 'shop', { kind: 'Secret' })],
      }),
    )
  assert.deepEqual(all('ListenerSet'), ['True Accepted', 'True Programmed'])
  assert.deepEqual(all('Gateway'), ['False ListenersNotValid', 'False ListenersNotValid'])
})

test('a ListenerSet waits with its Gateway, and is not attached to one that is not accepted', () => {
  const listenerSets = [listenerSet('s', 'gw', [http({ port: 81 })])]
  const waiting = routes({ gateways: [open('Same')], listenerSets }, { servedAt: () => undefined })
  assert.deepEqual(setTold(waiting), ['True Accepted', 'False Pending'])
  const one = open('Same')
  const refused = routes({
    gateways: [{ ...one, spec: { ...one.spec, addresses: [{ type: 'Hostname' }] } }],
    listenerSets,
  })
  assert.deepEqual(setTold(refused), ['False ParentNotAccepted', 'False ParentNotAccepted'])
  assert.equal(statusOf(refused, 'Gateway gw').attachedListenerSets, 0)
})

test('a Gateway of which ListenerSets alone can be served is accepted', () => {
  const allowedListeners = { namespaces: { from: 'Same' as const } }
  const all = routes({
    gateways: [gateway('gw', [https()], { allowedListeners })],
    listenerSets: [listenerSet('s', 'gw', [http()])],
  })
  const conditions = { conditions: statusOf(all, 'Gateway gw').conditions! }
  assert.equal(condition(conditions, 'Accepted'), 'True ListenersNotValid')
  assert.equal(condition(conditions, 'Programmed'), 'True Programmed')
  assert.deepEqual(setTold(all), ['True Accepted', 'True Programmed'])
})

test('a ListenerSet of another Gateway, or of another kind of parent, is not looked at', () => {
  const kind = (parentRef: object) => {
    const one = listenerSet('s', 'gw', [http()])
    const set = { ...one, spec: { ...one.spec, parentRef: { ...one.spec.parentRef, ...parentRef } } }
    return routes({ gateways: [open('All')], listenerSets: [set] }).statuses.some(({ object }) => object.name === 's')
  }
  assert.equal(kind({}), true)
  assert.equal(kind({ kind: 'Gateway', group: 'gateway.networking.k8s.io', namespace: 'shop' }), true)
  assert.equal(kind({ name: 'other' }), false)
  assert.equal(kind({ namespace: 'other' }), false)
  assert.equal(kind({ kind: 'Service' }), false)
  assert.equal(kind({ group: 'x.test' }), false)
})

test('routes count at listeners that are not served as well, and do not where the proxy takes nothing of them', () => {
  const broken = https({ tls: { certificateRefs: [{ name: 'gone' }] } })
  const own = gateway('gw', [http(), broken, http({ name: 'odd', port: 99, protocol: 'x.test/odd' })])
  const cluster = {
    gateways: [own],
    services: [service('web')],
    httpRoutes: [httpRoute('r'), httpRoute('late', {}, 1), httpRoute('last', {}, 2)],
  }
  const told = (refusals: ReadonlyMap<string, string> = new Map()) => {
    const all = routes(cluster, { refusals })
    return ['http', 'https', 'odd'].map((name) => {
      const { attachedRoutes, supportedKinds } = listenerOf(all, 'Gateway gw', name)
      return [attachedRoutes, ...supportedKinds.map(({ kind }) => kind)]
    })
  }
  const kinds = ['HTTPRoute', 'GRPCRoute']
  assert.deepEqual(told(), [[3, ...kinds], [3, ...kinds], [0]])
  assert.deepEqual(told(new Map([['HTTPRoute shop/r 0', 'too long']])), [[2, ...kinds], [2, ...kinds], [0]])
})
