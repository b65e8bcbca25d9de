import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condition, routes, statusOf, words } from '../testing/ask.ts'
import type { Cluster } from '../testing/cluster.ts'
import {
  configMap,
  gateway,
  grant,
  grpcRoute,
  http,
  httpRoute,
  https,
  policy,
  rule,
  secret,
  service,
  tcpRoute,
  tlsRoute,
} from '../testing/make.ts'

const base: Cluster = {
  gateways: [gateway('gw', [http()])],
  services: [service('web', [{ name: 'main', port: 80 }]), service('two')],
  configMaps: [configMap('authorities')],
  httpRoutes: [httpRoute('r')],
}

/** `Gateway: Accepted, ResolvedRefs` of each ancestor; undefined where the policy has no status. */
const told = (cluster: Cluster, name = 'p'): readonly unknown[] | undefined => {
  const all = routes({ ...base, ...cluster })
  if (!all.statuses.some(({ object }) => object.kind === 'BackendTLSPolicy' && object.name === name)) return undefined
  return statusOf(all, `BackendTLSPolicy ${name}`).ancestors!.map((one) => [
    (one.ancestorRef as { name: string }).name,
    condition(one, 'Accepted'),
    condition(one, 'ResolvedRefs'),
  ])
}

const GOOD = ['gw', 'True Accepted', 'True ResolvedRefs']

test('a policy is told of each Gateway that sends to its Service', () => {
  const one = policy('p', 'web')
  assert.deepEqual(told({ backendTLSPolicies: [one] }), [GOOD])
  const gateways = [gateway('gw', [http()]), gateway('b', [http()])]
  const both = httpRoute('r', { parentRefs: [{ name: 'b' }, { name: 'gw' }] })
  assert.deepEqual(told({ backendTLSPolicies: [one], gateways, httpRoutes: [both] }), [['b', ...GOOD.slice(1)], GOOD])
  const all = routes({ ...base, backendTLSPolicies: [one] })
  const found = all.statuses.find(({ object }) => object.kind === 'BackendTLSPolicy')
  assert.deepEqual(
    [found?.uid, found?.generation, found?.object],
    ['uid-p', 7, { kind: 'BackendTLSPolicy', namespace: 'shop', name: 'p' }],
  )
  assert.deepEqual(statusOf(all, 'BackendTLSPolicy p').ancestors?.[0], {
    ancestorRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop', name: 'gw' },
    controllerName: 'fairlead.dev/gateway-controller',
    conditions: [
      { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'the policy is in force' },
      {
        type: 'ResolvedRefs',
        status: 'True',
        reason: 'ResolvedRefs',
        message: 'all references of the policy lead somewhere',
      },
    ],
  })
})

test('all Gateways are told whose routes send to its Service, and one port of several is enough', () => {
  const gateways = [gateway('gw', [http()]), gateway('b', [http()])]
  const httpRoutes = [httpRoute('r', { parentRefs: [{ name: 'b' }] }), httpRoute('s')]
  const services = [
    service('web', [
      { name: 'main', port: 80 },
      { name: 'more', port: 81 },
    ]),
  ]
  const backendTLSPolicies = [policy('p', 'web:more')]
  assert.deepEqual(told({ backendTLSPolicies, gateways, httpRoutes, services }), [['b', ...GOOD.slice(1)], GOOD])
})

test('a policy is told of each Gateway that sends copies to its Service', () => {
  const mirror = { type: 'RequestMirror' as const, requestMirror: { backendRef: { name: 'web', port: 80 } } }
  const ofRule = rule('two', { filters: [mirror] })
  const ofBackend = { backendRefs: [{ name: 'two', port: 80, filters: [mirror] }] }
  for (const one of [ofRule, ofBackend]) {
    const httpRoutes = [httpRoute('r', { rules: [one] })]
    assert.deepEqual(told({ httpRoutes, backendTLSPolicies: [policy('p', 'web')] }), [GOOD])
    assert.deepEqual(told({ httpRoutes, backendTLSPolicies: [policy('p', 'web:other')] }), [
      ['gw', 'False TargetNotFound', 'True ResolvedRefs'],
    ])
  }
})

test('a policy that nobody sends by is told nothing', () => {
  const one = { backendTLSPolicies: [policy('p', 'web')] }
  assert.equal(told({ ...one, httpRoutes: [] }), undefined)
  assert.equal(told({ ...one, httpRoutes: [httpRoute('r', { rules: [rule('two')] })] }), undefined)
  assert.equal(told({ ...one, services: [] }), undefined)
  assert.equal(
    told({
      ...one,
      httpRoutes: [httpRoute('r', { hostnames: ['b.test'] })],
      gateways: [gateway('gw', [http({ hostname: 'a.test' })])],
    }),
    undefined,
  )
  const kind = httpRoute('r', {
    rules: [
      {
        backendRefs: [
          { name: 'web', port: 80, kind: 'Pod' },
          { name: 'web', port: 80, group: 'x.test' },
        ],
      },
    ],
  })
  assert.equal(told({ ...one, httpRoutes: [kind] }), undefined)
  assert.equal(told({}), undefined)
})

test('routes of connections send by a policy where TLS ends here', () => {
  const one = { backendTLSPolicies: [policy('p', 'web')], httpRoutes: [], secrets: [secret('certificate')] }
  const tlsRoutes = [tlsRoute('t')]
  const at = (...listeners: Parameters<typeof gateway>[1]) => [gateway('gw', listeners)]
  const pass = { name: 'pass', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' as const } }
  assert.equal(told({ ...one, tlsRoutes, gateways: at(pass) }), undefined)
  assert.deepEqual(told({ ...one, tlsRoutes, gateways: at(https({ protocol: 'TLS' })) }), [GOOD])
  assert.equal(
    told({ ...one, tcpRoutes: [tcpRoute('t')], gateways: at({ name: 't', port: 22, protocol: 'TCP' }) }),
    undefined,
  )
  assert.deepEqual(told({ ...one, grpcRoutes: [grpcRoute('g')] }), [GOOD])
})

test('who may not send to a Service does not send by its policy', () => {
  const cluster: Cluster = {
    services: [service('other/web')],
    configMaps: [configMap('other/authorities')],
    backendTLSPolicies: [policy('other/p', 'web')],
    httpRoutes: [httpRoute('r', { rules: [{ backendRefs: [{ name: 'web', namespace: 'other', port: 80 }] }] })],
  }
  assert.equal(told(cluster), undefined)
  const referenceGrants = [grant('other', 'HTTPRoute', 'shop', { kind: 'Service' })]
  assert.deepEqual(told({ ...cluster, referenceGrants }), [GOOD])
})

test('of policies with one target the oldest is accepted, and one with a section beside one without', () => {
  const backendTLSPolicies = [
    policy('young', 'web', {}, 2),
    policy('old', 'web', {}, 1),
    policy('port', 'web:main', {}, 4),
    policy('late', 'web:main', {}, 5),
  ]
  const conflicted = ['gw', 'False Conflicted', 'True ResolvedRefs']
  assert.deepEqual(
    ['old', 'young', 'port', 'late'].map((name) => told({ backendTLSPolicies }, name)),
    [[GOOD], [conflicted], [GOOD], [conflicted]],
  )
  const all = routes({ ...base, backendTLSPolicies })
  const [ancestor] = statusOf(all, 'BackendTLSPolicy young').ancestors!
  assert.equal(ancestor?.conditions[0]?.message, 'BackendTLSPolicy shop/old comes first and has the same target')
})

test('what is wrong with a policy is told', () => {
  const wrong = (...made: Parameters<typeof policy>) => told({ backendTLSPolicies: [policy(...made)] })
  const refs = (kind: string, name: string) => ({ caCertificateRefs: [{ group: '', kind, name }] })
  assert.deepEqual(wrong('p', 'web', refs('ConfigMap', 'no')), [
    ['gw', 'False NoValidCACertificate', 'False InvalidCACertificateRef'],
  ])
  assert.deepEqual(wrong('p', 'web', refs('Secret', 'no')), [['gw', 'False NoValidCACertificate', 'False InvalidKind']])
  assert.deepEqual(wrong('p', 'web', { caCertificateRefs: [] }), [['gw', 'False Invalid', 'True ResolvedRefs']])
  assert.deepEqual(wrong('p', 'web:other'), [['gw', 'False TargetNotFound', 'True ResolvedRefs']])
  assert.deepEqual(wrong('p', 'web:main'), [GOOD])
})

test('a section is looked for at the Service that is named with it', () => {
  const services = [service('a', [{ name: 'https', port: 80 }]), service('b', [{ name: 'http', port: 80 }])]
  const httpRoutes = [httpRoute('r', { rules: [rule('a'), rule('b')] })]
  const one = policy('p', 'a:https')
  const missing = (...names: readonly string[]) => {
    const targetRefs = names.map((name) => ({ group: '', kind: 'Service', name, sectionName: 'https' }))
    const backendTLSPolicies = [{ ...one, spec: { ...one.spec, targetRefs } }]
    const all = routes({ ...base, services, httpRoutes, backendTLSPolicies })
    return words(statusOf(all, 'BackendTLSPolicy p').ancestors![0]!, 'Accepted')
  }
  const lost = 'Service b has no port with the name https'
  assert.deepEqual([missing('a'), missing('a', 'b'), missing('b', 'a')], ['the policy is in force', lost, lost])
})

test('a policy that nobody sends by any more loses what was told of it', () => {
  const one = policy('p', 'web')
  const had = (controllerName: string) => ({
    ...one,
    status: { ancestors: [{ ancestorRef: { name: 'gw' }, controllerName, conditions: [] }] },
  })
  assert.deepEqual(told({ backendTLSPolicies: [had('fairlead.dev/gateway-controller')], httpRoutes: [] }), [])
  assert.equal(told({ backendTLSPolicies: [had('a.test/b')], httpRoutes: [] }), undefined)
})

test('a status has room for sixteen ancestors', () => {
  const names = Array.from({ length: 20 }, (_, at) => `gw-${at}`)
  const gateways = names.map((name) => gateway(name, [http()]))
  const httpRoutes = [httpRoute('r', { parentRefs: names.map((name) => ({ name })) })]
  assert.equal(told({ backendTLSPolicies: [policy('p', 'web')], gateways, httpRoutes })?.length, 16)
})
