import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { entries, listenerOf, routeCondition, routes, statusOf, words } from '../testing/ask.ts'
import {
  configMap,
  gateway,
  grant,
  grpcRoute,
  http,
  httpRoute,
  https,
  listenerSet,
  policy,
  rule,
  secret,
  service,
  tcpRoute,
  tlsRoute,
  udpRoute,
} from '../testing/make.ts'

const services = [service('web'), service('two'), service('dns', [{ name: 'dns', port: 53, protocol: 'UDP' }])]
const secrets = [secret('certificate')]
const site = { kind: 'Gateway', namespace: 'shop', name: 'gw' }
const tcp: Listener = { name: 'tcp', port: 22, protocol: 'TCP' }
const udp: Listener = { name: 'udp', port: 53, protocol: 'UDP' }
const pass: Listener = { name: 'pass', port: 443, protocol: 'TLS', hostname: '*.test', tls: { mode: 'Passthrough' } }

const target = (name: string, weight = 1) => ({
  weight,
  service: { namespace: 'shop', name, port: 80 },
  portName: 'main',
})

const own = (kind: string, name: string) => ({ kind: `${kind}Route`, namespace: 'shop', name })

test('TCPRoutes and UDPRoutes are for the kernel, by weights', () => {
  const backendRefs = [
    { name: 'web', port: 80, weight: 7 },
    { name: 'two', port: 80, weight: 3 },
    { name: 'two', port: 80, weight: 0 },
  ]
  const all = routes({
    gateways: [gateway('gw', [tcp, udp])],
    services,
    tcpRoutes: [tcpRoute('t', { rules: [{ backendRefs }] })],
    udpRoutes: [udpRoute('u')],
  })
  assert.deepEqual(all.kernelPorts, [
    {
      site,
      port: 22,
      protocol: 'TCP',
      to: [target('web', 7), target('two', 3)],
      refusedWeight: 0,
      route: own('TCP', 't'),
    },
    {
      site,
      port: 53,
      protocol: 'UDP',
      to: [{ weight: 1, service: { namespace: 'shop', name: 'dns', port: 53 }, portName: 'dns' }],
      refusedWeight: 0,
      route: own('UDP', 'u'),
    },
  ])
  assert.deepEqual(all.wantedPorts, [
    { site, port: 22, protocol: 'TCP', by: 'kernel' },
    { site, port: 53, protocol: 'UDP', by: 'kernel' },
  ])
  assert.deepEqual(all.table.sites, [])
  assert.deepEqual([...all.table.backends], [])
  assert.equal(routeCondition(all, 'TCPRoute t', 'Accepted'), 'True Accepted')
  assert.equal(routeCondition(all, 'UDPRoute u', 'ResolvedRefs'), 'True ResolvedRefs')
})

test('connections to what is not there are refused by its weight', () => {
  const at = (
    ...backendRefs: readonly { readonly name: string; readonly weight?: number; readonly namespace?: string }[]
  ) => {
    const rules = [{ backendRefs: backendRefs.map((ref) => ({ port: 80, ...ref })) }]
    const all = routes({ gateways: [gateway('gw', [tcp])], services, tcpRoutes: [tcpRoute('t', { rules })] })
    const [port] = all.kernelPorts
    return [
      port?.to.map(({ weight }) => weight),
      port?.refusedWeight,
      routeCondition(all, 'TCPRoute t', 'ResolvedRefs'),
    ]
  }
  assert.deepEqual(at({ name: 'gone', weight: 8 }, { name: 'web', weight: 2 }), [[2], 8, 'False BackendNotFound'])
  assert.deepEqual(at({ name: 'gone' }), [[], 1, 'False BackendNotFound'])
  assert.deepEqual(at({ name: 'web', namespace: 'other' }), [[], 1, 'False RefNotPermitted'])
  assert.deepEqual(at({ name: 'web', weight: 0 }), [[], 1, 'True ResolvedRefs'])
})

test('a grant lets a TCPRoute send to another namespace', () => {
  const all = routes({
    gateways: [gateway('gw', [tcp])],
    services: [service('other/web')],
    referenceGrants: [grant('other', 'TCPRoute', 'shop', { kind: 'Service' })],
    tcpRoutes: [tcpRoute('t', { rules: [{ backendRefs: [{ name: 'web', namespace: 'other', port: 80 }] }] })],
  })
  assert.deepEqual(all.kernelPorts[0]?.to[0]?.service, { namespace: 'other', name: 'web', port: 80 })
})

test('a port without a route takes no connection', () => {
  const all = routes({ gateways: [gateway('gw', [tcp])] })
  assert.deepEqual(all.kernelPorts, [{ site, port: 22, protocol: 'TCP', to: [], refusedWeight: 1 }])
})

test('of several TCPRoutes the oldest has the port; all are attached, and the others are told', () => {
  const only = (name: string) => ({ rules: [{ backendRefs: [{ name, port: 80 }] }] })
  const all = routes({
    gateways: [gateway('gw', [tcp, { ...tcp, name: 'b', port: 23 }])],
    services,
    tcpRoutes: [tcpRoute('young', only('two'), 2), tcpRoute('old', only('web'), 1), tcpRoute('a', only('two'), 2)],
  })
  assert.deepEqual(
    all.kernelPorts.map(({ to }) => to[0]?.service.name),
    ['web', 'web'],
  )
  assert.equal(listenerOf(all, 'Gateway gw', 'tcp').attachedRoutes, 3)
  assert.equal(routeCondition(all, 'TCPRoute young', 'Accepted'), 'True Accepted')
  assert.deepEqual(
    all.news.map(({ object, type, reason }) => [object.name, type, reason]),
    ['young', 'a', 'young', 'a'].map((name) => [name, 'Warning', 'PortTaken']),
  )
  assert.equal(
    all.news[0]?.message,
    'listener tcp of Gateway shop/gw has one route alone, and TCPRoute shop/old comes first',
  )
  const byName = routes({
    gateways: [gateway('gw', [udp])],
    services,
    udpRoutes: [udpRoute('b'), udpRoute('a')],
  })
  assert.deepEqual(
    byName.news.map(({ object }) => object.name),
    ['b'],
  )
  const shared = routes({ gateways: [gateway('gw', [http()])], services, httpRoutes: [httpRoute('a'), httpRoute('b')] })
  assert.deepEqual(shared.news, [])
})

test('of the rules of a route of connections the first alone counts', () => {
  const rules = ['web', 'two'].map((name) => ({ backendRefs: [{ name, port: 80 }] }))
  const all = routes({ gateways: [gateway('gw', [tcp])], services, tcpRoutes: [tcpRoute('t', { rules })] })
  assert.deepEqual(all.kernelPorts[0]?.to, [target('web')])
  assert.equal(routeCondition(all, 'TCPRoute t', 'PartiallyInvalid'), 'True UnsupportedValue')
  const [parent] = statusOf(all, 'TCPRoute t').parents!
  assert.equal(words(parent!, 'PartiallyInvalid'), 'Dropped Rule 1: only the first rule takes connections')
})

test('TLSRoutes are chosen by the name that clients ask for, the narrowest first', () => {
  const all = routes({
    gateways: [gateway('gw', [pass])],
    services,
    tlsRoutes: [
      tlsRoute('wide', { hostnames: ['*.test', 'x.example'] }, 1),
      tlsRoute('narrow', { hostnames: ['a.test'] }, 2),
      tlsRoute('late', { hostnames: ['a.test'] }, 3),
    ],
  })
  assert.deepEqual(all.table.sites[0]?.ports[0]?.listeners[0]?.tls, { mode: 'Passthrough' })
  assert.deepEqual(
    entries(all).map(({ hostname, rule: { id } }) => [hostname, id]),
    [
      ['a.test', 'TLSRoute shop/narrow 0'],
      ['a.test', 'TLSRoute shop/late 0'],
      ['*.test', 'TLSRoute shop/wide 0'],
    ],
  )
  assert.deepEqual(entries(all)[0]?.rule.action, {
    type: 'forward',
    to: [{ weight: 1, to: { backend: 'shop/web:80 tcp' }, filters: [] }],
  })
  assert.equal(all.table.backends.get('shop/web:80 tcp')?.protocol, 'tcp')
})

test('TLS may end here and pass through at one port, and a policy holds where it ends', () => {
  const ends = https({ name: 'ends', protocol: 'TLS', hostname: 'b.test' })
  const all = routes({
    gateways: [gateway('gw', [pass, ends])],
    services,
    secrets,
    configMaps: [configMap('authorities')],
    backendTLSPolicies: [policy('p', 'web')],
    tlsRoutes: [tlsRoute('t', { hostnames: ['b.test', 'c.test'] })],
  })
  assert.equal(all.table.sites[0]?.ports.length, 1)
  assert.equal(all.table.sites[0]?.ports[0]?.kind, 'tls')
  const sent = (name: string) =>
    entries(all, name).map(({ hostname, rule: { action } }) => [
      hostname,
      action.type === 'forward' && action.to[0]?.to,
    ])
  assert.deepEqual(sent('ends'), [
    ['b.test', { backend: 'shop/web:80 tcp by shop/p for web.test of ConfigMap shop/authorities' }],
  ])
  assert.deepEqual(sent('pass'), [
    ['b.test', { backend: 'shop/web:80 tcp' }],
    ['c.test', { backend: 'shop/web:80 tcp' }],
  ])
  assert.deepEqual([...all.table.backends.keys()].sort(), [
    'shop/web:80 tcp',
    'shop/web:80 tcp by shop/p for web.test of ConfigMap shop/authorities',
  ])
})

test('a TLSRoute whose backend is not there answers nobody', () => {
  const rules = [{ backendRefs: [{ name: 'gone', port: 80 }] }]
  const all = routes({ gateways: [gateway('gw', [pass])], tlsRoutes: [tlsRoute('t', { rules })] })
  assert.deepEqual(entries(all)[0]?.rule.action, {
    type: 'answer',
    status: 500,
    reason: 'Service shop/gone is not there',
  })
  assert.equal(routeCondition(all, 'TLSRoute t', 'ResolvedRefs'), 'False BackendNotFound')
})

test('listeners share the ports of a Gateway, its ListenerSets’ among them', () => {
  const all = routes({
    gateways: [
      gateway('gw', [http({ name: 'a', hostname: 'a.test' }), https({ hostname: 'A.Test' })], {
        allowedListeners: { namespaces: { from: 'Same' } },
      }),
      gateway('two', [http({ name: 'b', port: 8080 })]),
    ],
    listenerSets: [listenerSet('s', 'gw', [http({ name: 'c', hostname: 'c.test' })])],
    secrets,
    services,
  })
  assert.deepEqual(
    all.table.sites.map(({ origin, ports }) => [
      origin.name,
      ports.map(({ port, bind, kind, listeners }) => [
        port,
        bind,
        kind,
        listeners.map(({ origin, name, hostname, protocol }) => `${origin.kind} ${name} ${hostname} ${protocol}`),
      ]),
    ]),
    [
      [
        'gw',
        [
          [80, 10_080, 'http', ['Gateway a a.test HTTP', 'ListenerSet c c.test HTTP']],
          [443, 10_443, 'tls', ['Gateway https a.test HTTPS']],
        ],
      ],
      ['two', [[8080, 18_080, 'http', ['Gateway b  HTTP']]]],
    ],
  )
  assert.deepEqual(
    [...all.table.certificates],
    [
      [
        'Secret shop/certificate',
        { origin: { kind: 'Secret', namespace: 'shop', name: 'certificate' }, names: [], chain: 'CERT', key: 'KEY' },
      ],
    ],
  )
})

test('HTTPRoutes and GRPCRoutes of other hostnames are of one listener, in order of precedence', () => {
  const all = routes({
    gateways: [gateway('gw', [http()])],
    services,
    httpRoutes: [
      httpRoute('wide', {
        hostnames: ['*.test'],
        rules: [rule('web', { matches: [{ path: { type: 'Exact', value: '/a' } }] })],
      }),
    ],
    grpcRoutes: [grpcRoute('exact', { hostnames: ['a.example'] })],
  })
  assert.deepEqual(
    entries(all).map(({ hostname }) => hostname),
    ['a.example', '*.test'],
  )
})

test('the table holds what some entry uses, and nothing else', () => {
  const cluster = {
    gateways: [gateway('gw', [http(), https()])],
    services,
    httpRoutes: [
      httpRoute('used', { parentRefs: [{ name: 'gw', sectionName: 'http' }] }),
      httpRoute('unserved', { parentRefs: [{ name: 'gw', sectionName: 'https' }], rules: [rule('two')] }),
    ],
  }
  assert.deepEqual([...routes(cluster).table.backends.keys()], ['shop/web:80 http'])
  assert.deepEqual([...routes({ ...cluster, secrets }).table.backends.keys()].length, 2)
  const unbound = routes({ ...cluster, secrets }, { bindOf: (_, port) => (port === 80 ? 10_000 : undefined) })
  assert.deepEqual([...unbound.table.backends.keys()], ['shop/web:80 http'])
  assert.deepEqual([...unbound.table.certificates.keys()], [])
})

test('a port may be one of TCP and one of UDP', () => {
  const all = routes({ gateways: [gateway('gw', [http(), { ...udp, port: 80 }])] })
  assert.deepEqual(
    all.wantedPorts.map(({ port, protocol, by }) => [port, protocol, by]),
    [
      [80, 'TCP', 'proxy'],
      [80, 'UDP', 'kernel'],
    ],
  )
})
