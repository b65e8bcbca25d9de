import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, http, httpRoute, rule } from '#routes/testing/make.ts'
import { ask, service as serviceOf } from '../../../testing/cluster.ts'
import { withGateway } from '../../../testing/gateways.ts'
import { backendUnresolved as backendText } from '../../../words/findings/request.ts'
import { backendUnresolved, grantCure, ruleRefused } from './backend.ts'

type Loose = any
const service = (key: string, ...ports: readonly object[]): Loose => {
  const [namespace, name] = key.split('/')
  return { metadata: { namespace, name }, spec: { ports } }
}
const tcp = (port: number, more: object = {}) => ({ port, protocol: 'TCP', ...more })
const route = (kind: string, ...backendRefs: readonly object[]): Loose => ({
  kind,
  metadata: { namespace: 'shop', name: 'cart' },
  spec: { rules: [{}, { backendRefs }] },
})
const entry = (kind: string, action: object = { type: 'answer' }): Loose => ({
  hostname: '',
  path: { type: 'Prefix', value: '/' },
  headers: [],
  query: [],
  rule: { id: 'x', origin: { kind, namespace: 'shop', name: 'cart' }, index: kind === 'Ingress' ? 0 : 1, action },
})
/** What is proposed: what is to be done, `or` before another way to it. */
const curesOf = (services: readonly Loose[], objects: object, kind: string, action?: object): readonly string[] => {
  const given: Loose = {
    objects: { httpRoutes: [], grpcRoutes: [], tlsRoutes: [], ingresses: [], referenceGrants: [], ...objects },
  }
  const finding: Loose = backendUnresolved({ services } as Loose, given, entry(kind, action), 500, 'why')
  assert.deepEqual([finding.reason, finding.status, finding.message], ['backend-unresolved', 500, 'why'])
  for (const { effect } of finding.cures) if (effect.service) assert.equal(effect.service.kind, 'Service')
  return finding.cures.map(({ argv, input, alternative }: Loose) =>
    [...(alternative ? ['or'] : []), ...argv.slice(1), ...(input ? [input] : [])].join(' '),
  )
}
const ofRoute = (services: readonly Loose[], refs: readonly object[], more: object = {}): readonly string[] =>
  curesOf(services, { httpRoutes: [route('HTTPRoute', ...refs)], ...more }, 'HTTPRoute')
const LOOK = 'describe httproute cart -n shop'
const patched = (path: string, op: string, value: unknown, kind = 'httproute') =>
  `patch ${kind} cart -n shop --type json -p ${JSON.stringify([{ op, path, value }])}`

test('a Service that is not there is one that is called nearly so, of the namespace that is meant', () => {
  const services = ['shop/web', 'shop/wed', 'shop/weg', 'other/wez'].map((key) => service(key, tcp(80)))
  const path = '/spec/rules/1/backendRefs/0/name'
  assert.deepEqual(ofRoute(services, [{ name: 'wex', port: 80 }]), [
    patched(path, 'add', 'web'),
    `or ${patched(path, 'add', 'wed')}`,
  ])
  assert.deepEqual(ofRoute([], [{ name: 'wex', port: 80 }]), [LOOK])
})

test('a Service that is there in one other namespace is that, with the grant that it takes', () => {
  const away = service('other/cart', tcp(80))
  const lead = patched('/spec/rules/1/backendRefs/0/namespace', 'add', 'other')
  const refs = [{ name: 'cart', port: 80 }]
  const [first, grant, ...none] = ofRoute([away], refs)
  assert.deepEqual([first, none], [lead, []])
  assert.match(grant!, /^apply .*"ReferenceGrant".*"namespace":"other".*"namespace":"shop".*"name":"cart"/)
  assert.deepEqual(ofRoute([away, service('shop/card', tcp(80))], refs).slice(0, 2), [
    patched('/spec/rules/1/backendRefs/0/name', 'add', 'card'),
    `or ${lead}`,
  ])
  assert.deepEqual(ofRoute([away, service('third/cart', tcp(80))], refs), [LOOK])
})

test('a port that the Service does not have is one that it has, of TCP', () => {
  const web = service('shop/web', { port: 53, protocol: 'UDP' }, tcp(80), { port: 81 }, tcp(82))
  const path = '/spec/rules/1/backendRefs/1/port'
  const good = { name: 'web', port: 80, kind: 'Service' }
  assert.deepEqual(ofRoute([web], [good, { name: 'web', port: 53 }]), [
    patched(path, 'add', 80),
    `or ${patched(path, 'add', 81)}`,
  ])
  assert.deepEqual(ofRoute([web], [good, { name: 'web', port: 81 }]), [LOOK])
  assert.deepEqual(ofRoute([service('shop/web')], [{ name: 'web', port: 53 }]), [LOOK])
  const named = { name: 'any', port: 53 }
  assert.match(ofRoute([web, service('shop/any')], [named, { name: 'web', port: 53 }])[0]!, /backendRefs\/1\/port/)
  assert.deepEqual(ofRoute([web], [{ name: 'web', port: 1, kind: 'Pod' }]), [LOOK])
})

test('a Service of another namespace needs a grant, which is for the kind, the namespaces and the name', () => {
  const services = [service('other/web', tcp(80))]
  const refs = [{ name: 'web', namespace: 'other', port: 80 }]
  const granting = (more: { from?: object; to?: object; namespace?: string } = {}): object => ({
    metadata: { namespace: more.namespace ?? 'other' },
    spec: {
      from: [
        { kind: 'TLSRoute', namespace: 'x' },
        { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop', ...more.from },
      ],
      to: [{ kind: 'Secret' }, { group: '', kind: 'Service', ...more.to }],
    },
  })
  for (const grants of [
    [],
    [granting({ namespace: 'shop' })],
    [granting({ from: { kind: 'GRPCRoute' } })],
    [granting({ from: { namespace: 'team' } })],
    [granting({ from: { group: '' } })],
    [granting({ to: { group: 'x.test' } })],
    [granting({ to: { kind: 'Pod' } })],
    [granting({ to: { name: 'other' } })],
    [{ metadata: { namespace: 'other' } }],
  ])
    assert.match(
      ofRoute(services, refs, { referenceGrants: grants })[0]!,
      /^apply -f - .*"to":\[\{"group":"","kind":"Service","name":"web"\}\]/,
    )
  for (const grant of [granting(), granting({ to: { name: 'web' } }), granting({ to: { name: '' } })])
    assert.deepEqual(ofRoute(services, refs, { referenceGrants: [granting({ namespace: 'x' }), grant] }), [LOOK])
})

test('a grant stands where what is referred to is, and permits that alone', () => {
  const from = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }
  const { argv, input, effect } = grantCure(from, { kind: 'Service', namespace: 'other', name: 'web' })
  assert.deepEqual([argv.join(' '), effect.code], ['kubectl apply -f -', 'grant-reference'])
  assert.deepEqual(JSON.parse(input!), {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ReferenceGrant',
    metadata: { name: 'allow-httproutes-of-shop-web', namespace: 'other' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service', name: 'web' }],
    },
  })
})

test('routes of each kind are looked up among their own', () => {
  for (const [kind, list] of [
    ['HTTPRoute', 'httpRoutes'],
    ['GRPCRoute', 'grpcRoutes'],
    ['TLSRoute', 'tlsRoutes'],
  ] as const)
    assert.deepEqual(
      curesOf([service('shop/web', tcp(80))], { [list]: [route(kind, { name: 'web', port: 81 })] }, kind),
      [patched('/spec/rules/1/backendRefs/0/port', 'add', 80, kind.toLowerCase())],
    )
})

const forward = (meant: string, ...before: readonly object[]) => ({
  type: 'forward',
  to: [...before, { weight: 1, to: { status: 503, reason: 'why', service: meant }, filters: [] }],
})
const ingress = (...services: readonly object[]): Loose => ({
  metadata: { namespace: 'shop', name: 'cart' },
  spec: {
    rules: [
      { host: 'none.test' },
      { http: { paths: [{ backend: { resource: {} } }, ...services.map((one) => ({ backend: { service: one } }))] } },
    ],
  },
})
const ofIngress = (services: readonly Loose[], one: Loose, meant: string, ...before: readonly object[]) =>
  curesOf(services, { ingresses: [one] }, 'Ingress', forward(meant, ...before))
const LOOK_INGRESS = 'describe ingress cart -n shop'

test('of an Ingress the Service that was asked for is named nearly so, or its port is one that it has', () => {
  const services = [
    service('shop/web', tcp(80, { name: 'main' }), tcp(81), tcp(82)),
    ...['shop/wed', 'shop/weg', 'other/wex'].map((key) => service(key, tcp(80))),
  ]
  const at = (path: number, end: string) => `/spec/rules/1/http/paths/${path}/backend/service/${end}`
  const named = ingress({ name: 'gone', port: { number: 1 } }, { name: 'wex', port: { number: 80 } })
  const other = { weight: 1, to: { status: 503, reason: 'another', service: 'gone' }, filters: [] }
  assert.deepEqual(ofIngress(services, named, 'wex', { to: { backend: 'x' } }, other), [
    patched(at(2, 'name'), 'replace', 'web', 'ingress'),
    `or ${patched(at(2, 'name'), 'replace', 'wed', 'ingress')}`,
  ])
  const ports = [
    patched(at(1, 'port'), 'replace', { number: 80 }, 'ingress'),
    `or ${patched(at(1, 'port'), 'replace', { number: 81 }, 'ingress')}`,
  ]
  for (const port of [{ number: 7 }, { name: 'other' }])
    assert.deepEqual(ofIngress(services, ingress({ name: 'web', port }), 'web'), ports)
  for (const port of [{ number: 81 }, { name: 'main' }])
    assert.deepEqual(ofIngress(services, ingress({ name: 'web', port }), 'web'), [LOOK_INGRESS])
  // Of two paths to one Service the one whose port is not there.
  const both = ingress({ name: 'web', port: { number: 81 } }, { name: 'web', port: { number: 7 } })
  assert.match(ofIngress(services, both, 'web')[0]!, /paths\/2\/backend/)
})

test('an Ingress is sent to no port of UDP, and one that names such a port is sent to one of TCP', () => {
  const udp = (port: number, name: string) => ({ port, name, protocol: 'UDP' })
  const dns = service('shop/dns', udp(53, 'dns'), { port: 80, name: 'web' })
  const at = (value: object) => patched('/spec/rules/1/http/paths/1/backend/service/port', 'replace', value, 'ingress')
  for (const port of [{ number: 90 }, { number: 53 }, { name: 'dns' }])
    assert.deepEqual(ofIngress([dns], ingress({ name: 'dns', port }), 'dns'), [at({ number: 80 })])
  const alone = ingress({ name: 'dns', port: { number: 53 } })
  assert.deepEqual(ofIngress([service('shop/dns', udp(53, 'dns'))], alone, 'dns'), [LOOK_INGRESS])
})

test('where nobody knows what was meant somebody looks at the route', () => {
  const web = ingress({ name: 'web', port: { number: 7 } })
  assert.deepEqual(ofIngress([service('shop/web', tcp(80))], web, 'other'), [LOOK_INGRESS])
  assert.deepEqual(curesOf([], { ingresses: [web] }, 'Ingress', { type: 'answer' }), [LOOK_INGRESS])
  assert.deepEqual(curesOf([], {}, 'Ingress', forward('web')), [LOOK_INGRESS])
  assert.deepEqual(curesOf([], {}, 'HTTPRoute'), [LOOK])
  const refused: Loose = ruleRefused(entry('HTTPRoute'), 'too long')
  assert.deepEqual(
    [refused.reason, refused.message, refused.cures[0].argv.slice(1).join(' ')],
    ['rule-refused', 'too long', LOOK],
  )
})

test('a Service of that name in another namespace is named, and what keeps an Ingress from it', () => {
  const gw = gateway('default/gw', [http()])
  const web = serviceOf('web', '10.96.0.1')
  const httpRoutes = [httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('cart')] })]
  const more = { services: [web, { ...web, metadata: { namespace: 'a', name: 'cart' } }] }
  const [finding] = ask(
    'pod/client',
    'http://shop.test/',
    {},
    withGateway({ gateways: [gw], httpRoutes }, { more }),
  ).findings
  assert.deepEqual([finding?.reason, finding?.details], ['backend-unresolved', ['there is Service a/cart']])
  const elsewhere = [{ kind: 'Service', namespace: 'a', name: 'cart' }]
  const match = { path: { type: 'Prefix', value: '/' }, headers: [], query: [] } as const
  const of = { route: { kind: 'Ingress', namespace: 'default', name: 'shop' }, index: 0, match }
  const { details } = backendText({ reason: 'backend-unresolved', rule: of, status: 503, message: 'why', elsewhere })
  assert.deepEqual(details, ['there is Service a/cart, and an Ingress sends to its own namespace alone'])
})
