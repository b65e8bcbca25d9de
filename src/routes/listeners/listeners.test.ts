import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { condition, listenerOf, routeCondition, routes, statusOf, words } from '../testing/ask.ts'
import type { Cluster } from '../testing/cluster.ts'
import { configMap, gateway, grant, http, httpRoute, https, secret } from '../testing/make.ts'

const CONDITIONS = ['Accepted', 'Conflicted', 'ResolvedRefs', 'Programmed']

/** The four conditions of the first listener, and which kinds it takes. */
const judged = (listener: Listener, cluster: Cluster = {}, spec: Parameters<typeof gateway>[2] = {}) => {
  const all = routes({ gateways: [gateway('gw', [listener], spec)], secrets: [secret('certificate')], ...cluster })
  const found = listenerOf(all, 'Gateway gw', listener.name)
  return {
    conditions: CONDITIONS.map((type) => condition(found, type)),
    kinds: found.supportedKinds.map(({ kind }) => kind),
    found,
    all,
  }
}

const GOOD = ['True Accepted', 'False NoConflicts', 'True ResolvedRefs', 'True Programmed']
const HTTP_KINDS = ['HTTPRoute', 'GRPCRoute']

const PROTOCOLS: readonly (readonly [Listener, readonly string[]])[] = [
  [http(), HTTP_KINDS],
  [https(), HTTP_KINDS],
  [https({ protocol: 'TLS' }), ['TLSRoute']],
  [{ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }, ['TLSRoute']],
  [{ name: 'tcp', port: 22, protocol: 'TCP' }, ['TCPRoute']],
  [{ name: 'udp', port: 53, protocol: 'UDP' }, ['UDPRoute']],
]
for (const [listener, kinds] of PROTOCOLS)
  test(`a listener of ${listener.protocol} ${listener.tls?.mode ?? ''} takes ${kinds.join(' and ')}`, () => {
    const { conditions, kinds: taken, found } = judged(listener)
    assert.deepEqual(conditions, GOOD)
    assert.deepEqual(taken, kinds)
    assert.equal(found.supportedKinds[0]?.group, 'gateway.networking.k8s.io')
    assert.equal(found.conditions.length, 4)
  })

test('another protocol is not supported, and takes nothing', () => {
  const { conditions, kinds, found } = judged(http({ protocol: 'x.test/foo' }))
  assert.deepEqual(conditions, ['False UnsupportedProtocol', 'False NoConflicts', 'True ResolvedRefs', 'False Invalid'])
  assert.deepEqual(kinds, [])
  assert.equal(words(found, 'Accepted'), 'the protocol x.test/foo is not known')
})

test('words that every object of JavaScript has are protocols as unknown as others', () => {
  for (const protocol of ['constructor', 'toString', '__proto__']) {
    const { conditions, kinds, all } = judged(http({ protocol }), { httpRoutes: [httpRoute('cart')] })
    assert.deepEqual(conditions[0], 'False UnsupportedProtocol')
    assert.deepEqual(kinds, [])
    assert.equal(routeCondition(all, 'HTTPRoute cart', 'Accepted'), 'False NotAllowedByListeners')
  }
})

const UNSUPPORTED: readonly (readonly [Listener, RegExp])[] = [
  [https({ tls: { mode: 'Passthrough' } }), /HTTPS needs the mode Terminate/],
  [http({ protocol: 'HTTPS' }), /it has no certificateRefs/],
  [https({ tls: { certificateRefs: [] } }), /it has no certificateRefs/],
  [
    https({ tls: { certificateRefs: [{ name: 'certificate' }], options: { 'a.test/b': 'c' } } }),
    /options of TLS are not supported: a.test\/b/,
  ],
]
for (const [listener, message] of UNSUPPORTED)
  test(`a listener that asks for what is not there is not accepted: ${message}`, () => {
    const { conditions, found } = judged(listener)
    assert.deepEqual([conditions[0], conditions[3]], ['False UnsupportedValue', 'False Invalid'])
    assert.match(words(found, 'Accepted'), message)
  })

const kinds = (...names: readonly object[]): Partial<Listener> => ({
  allowedRoutes: { kinds: names as { kind: string }[] },
})

test('kinds of routes that cannot be there are told, and those that can are taken', () => {
  const only = judged(http(kinds({ kind: 'FooRoute' })))
  assert.deepEqual(only.conditions, [
    'True Accepted',
    'False NoConflicts',
    'False InvalidRouteKinds',
    'True Programmed',
  ])
  assert.deepEqual(only.kinds, [])
  assert.match(
    words(only.found, 'ResolvedRefs'),
    /FooRoute.gateway.networking.k8s.io cannot be attached to a listener of HTTP/,
  )
  const some = judged(http(kinds({ kind: 'FooRoute' }, { kind: 'HTTPRoute' })))
  assert.deepEqual([some.conditions[2], some.kinds], ['False InvalidRouteKinds', ['HTTPRoute']])
  const right = judged(http(kinds({ kind: 'GRPCRoute', group: 'gateway.networking.k8s.io' })))
  assert.deepEqual([right.conditions, right.kinds], [GOOD, ['GRPCRoute']])
  const foreign = judged(http(kinds({ kind: 'HTTPRoute', group: 'x.test' })))
  assert.deepEqual([foreign.conditions[2], foreign.kinds], ['False InvalidRouteKinds', []])
  const tcp = judged({
    name: 'tls',
    port: 443,
    protocol: 'TLS',
    tls: { mode: 'Passthrough' },
    ...kinds({ kind: 'TCPRoute' }, { kind: 'TLSRoute' }),
  })
  assert.deepEqual([tcp.conditions[2], tcp.kinds], ['False InvalidRouteKinds', ['TLSRoute']])
})

test('a listener without its certificate is not programmed, though its kinds are known', () => {
  const cases: readonly (readonly [string, object, Cluster])[] = [
    ['InvalidCertificateRef', { name: 'no' }, {}],
    ['InvalidCertificateRef', { name: 'certificate', group: 'x.test' }, {}],
    ['InvalidCertificateRef', { name: 'certificate', kind: 'Pod' }, {}],
    ['InvalidCertificateRef', { name: 'bad' }, { secrets: [secret('bad', 'Hello world')] }],
    ['RefNotPermitted', { name: 'a', namespace: 'other' }, { secrets: [secret('other/a')] }],
  ]
  for (const [reason, ref, cluster] of cases) {
    const {
      conditions,
      kinds: taken,
      all,
    } = judged(https({ tls: { certificateRefs: [ref as { name: string }] } }), cluster)
    assert.deepEqual(conditions, ['True Accepted', 'False NoConflicts', `False ${reason}`, 'False Invalid'])
    assert.deepEqual(taken, HTTP_KINDS)
    assert.deepEqual(all.table.sites, [])
    assert.deepEqual(all.wantedPorts, [])
  }
})

test('a certificate of another namespace is taken by a grant to the listener’s owner', () => {
  const tls = { certificateRefs: [{ name: 'a', namespace: 'other' }] }
  const referenceGrants = [grant('other', 'Gateway', 'shop', { kind: 'Secret' })]
  const { conditions, all } = judged(https({ tls }), { secrets: [secret('other/a')], referenceGrants })
  assert.deepEqual(conditions, GOOD)
  assert.deepEqual([...all.table.certificates.keys()], ['Secret other/a'])
})

test('of several certificates those that are there are shown, and the others are told', () => {
  const tls = { certificateRefs: [{ name: 'no' }, { name: 'certificate' }] }
  const { conditions, all } = judged(https({ tls }))
  assert.deepEqual(conditions, ['True Accepted', 'False NoConflicts', 'False InvalidCertificateRef', 'True Programmed'])
  assert.deepEqual(all.table.sites[0]?.ports[0]?.listeners[0]?.tls, {
    mode: 'Terminate',
    certificates: ['Secret shop/certificate'],
  })
})

const validation = (name: string, more: object = {}) => ({
  caCertificateRefs: [{ group: '', kind: 'ConfigMap', name, ...more }],
})
const configMaps = [configMap('authorities')]

test('who must show a certificate is said for all ports, or for one', () => {
  const frontend = {
    default: { validation: validation('authorities') },
    perPort: [
      { port: 8443, tls: { validation: { ...validation('authorities'), mode: 'AllowInsecureFallback' as const } } },
      { port: 9443, tls: {} },
    ],
  }
  const ports = [https(), https({ name: 'b', port: 8443 }), https({ name: 'c', port: 9443 }), http()]
  const all = routes({
    gateways: [gateway('gw', ports, { tls: { frontend } })],
    secrets: [secret('certificate')],
    configMaps,
  })
  assert.deepEqual(
    all.table.sites[0]?.ports.map(({ port, clients }) => [port, clients]),
    [
      [443, { mode: 'AllowValidOnly', authorities: ['ConfigMap shop/authorities'] }],
      [8443, { mode: 'AllowInsecureFallback', authorities: ['ConfigMap shop/authorities'] }],
      [9443, undefined],
      [80, undefined],
    ],
  )
  assert.deepEqual([...all.table.authorities], [['ConfigMap shop/authorities', 'CA']])
  assert.equal(
    condition(statusOf(all, 'Gateway gw') as never, 'InsecureFrontendValidationMode'),
    'True ConfigurationChanged',
  )
})

test('where no client could show a certificate nobody is let in, and HTTP goes on', () => {
  const cases: readonly (readonly [string, object, Cluster])[] = [
    ['InvalidCACertificateRef', validation('no'), {}],
    ['InvalidCACertificateRef', validation('bad'), { configMaps: [configMap('bad', 'x')] }],
    ['InvalidCACertificateKind', validation('authorities', { kind: 'Service' }), {}],
    ['InvalidCACertificateKind', validation('authorities', { group: 'x.test' }), {}],
    ['RefNotPermitted', validation('a', { namespace: 'other' }), { configMaps: [configMap('other/a')] }],
  ]
  for (const [reason, wrong, cluster] of cases) {
    const tls = { frontend: { default: { validation: wrong as ReturnType<typeof validation> } } }
    const { conditions, all } = judged(https(), { configMaps, ...cluster }, { tls })
    assert.deepEqual(conditions, [
      'False NoValidCACertificate',
      'False NoConflicts',
      `False ${reason}`,
      'False Invalid',
    ])
    assert.deepEqual(all.table.sites, [])
    assert.deepEqual(judged(http(), cluster, { tls }).conditions, GOOD)
    assert.deepEqual(judged(https({ protocol: 'TLS' }), cluster, { tls }).conditions, GOOD)
  }
  const granted = judged(
    https(),
    {
      configMaps: [configMap('other/a')],
      referenceGrants: [grant('other', 'Gateway', 'shop', { kind: 'ConfigMap' })],
    },
    { tls: { frontend: { default: { validation: validation('a', { namespace: 'other' }) } } } },
  )
  assert.deepEqual(granted.conditions, GOOD)
})

test('of several authorities of clients those that are there count', () => {
  const refs = [validation('no').caCertificateRefs[0]!, validation('authorities').caCertificateRefs[0]!]
  const tls = { frontend: { default: { validation: { caCertificateRefs: refs } } } }
  const { conditions, all } = judged(https(), { configMaps }, { tls })
  assert.deepEqual(conditions, [
    'True Accepted',
    'False NoConflicts',
    'False InvalidCACertificateRef',
    'True Programmed',
  ])
  assert.deepEqual(all.table.sites[0]?.ports[0]?.clients?.authorities, ['ConfigMap shop/authorities'])
  const none = judged(https(), {}, { tls: { frontend: { default: { validation: { caCertificateRefs: [] } } } } })
  assert.equal(none.conditions[0], 'False NoValidCACertificate')
  assert.match(words(none.found, 'Accepted'), /no authority is named/)
})
