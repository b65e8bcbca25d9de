import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingressSite } from './ingress-site.ts'
import { ingress, OPTIONS, objectsOf, route, rule, secret, services, told } from './testing/ingresses.ts'

const rules = [rule('a.example', 'Prefix / web')]

test('without an Ingress of ours there is no site, and nothing is asked of anybody', () => {
  for (const cluster of [{ ingresses: [] }, { ingresses: [ingress('i', { rules })], classes: [] }]) {
    const { site, wantedPorts, statuses, backends } = route(cluster)
    assert.deepEqual([site, wantedPorts, statuses, backends.size], [undefined, [], [], 0])
  }
})

test('an Ingress has the addresses of its site in its status, and loses them with the site’s', () => {
  const ingresses = [ingress('i', { rules })]
  const addresses = [{ ip: '192.0.2.1' }, { hostname: 'lb.example' }]
  assert.deepEqual(route({ ingresses }, { addressesOf: () => ['192.0.2.1', 'lb.example'] }).statuses, [
    {
      object: { kind: 'Ingress', namespace: 'shop', name: 'i' },
      uid: 'uid of i',
      generation: 3,
      status: { loadBalancer: { ingress: addresses } },
    },
  ])
  assert.deepEqual(route({ ingresses }, { addressesOf: () => [] }).statuses[0]?.status, { loadBalancer: {} })
})

test('an Ingress has no address before somebody answers there at all its ports; one that has been told stays', () => {
  const tls = [{ hosts: ['a.example'], secretName: 'cert' }]
  const one = ingress('i', { rules, tls })
  const told = (changes: object, isLed: (port: { readonly port: number }) => boolean) => {
    const cluster = {
      ingresses: [{ ...one, ...changes }, ingress('j', { rules })],
      secrets: [secret('cert', ['a.example'])],
    }
    return route(cluster, { addressesOf: () => ['192.0.2.1'], isLed }).statuses.map(({ status }) => status)
  }
  const loadBalancer = { ingress: [{ ip: '192.0.2.1' }] }
  assert.deepEqual(
    told({}, ({ port }) => port === 80),
    [{ loadBalancer: {} }, { loadBalancer: {} }],
  )
  assert.deepEqual(
    told({}, () => true),
    [{ loadBalancer }, { loadBalancer }],
  )
  assert.deepEqual(
    told({ status: { loadBalancer } }, () => false),
    [{ loadBalancer }, { loadBalancer }],
  )
  const others = { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } }
  assert.deepEqual(
    told({ status: others }, () => false),
    [{ loadBalancer: {} }, { loadBalancer: {} }],
  )
})

test('every rule has an id of its own, also where requests are sent to HTTPS or to a canary', () => {
  const all = [rule('a.example', 'Prefix / web', 'Exact /x api'), rule('b.example', 'Prefix / old')]
  const ingresses = [
    ingress('i', { rules: all, tls: [{ secretName: 'cert' }] }, { 'app-root': '/app' }),
    ingress('c', { rules: all }, { canary: 'true', 'canary-weight': '5', 'canary-by-header': 'x' }),
    ingress('d', { defaultBackend: { service: { name: 'web', port: { number: 80 } } } }),
  ]
  const { site } = route({ ingresses, secrets: [secret('cert', ['a.example'])] })
  const seen = new Map<string, unknown>()
  for (const { listeners } of site?.ports ?? [])
    for (const { entries } of listeners)
      for (const { rule: one } of entries) {
        assert.equal(seen.get(one.id) ?? one, one, one.id)
        seen.set(one.id, one)
      }
  assert.ok(seen.size > 10)
})

test('what a proxy refuses is told of the Ingress that it comes from', () => {
  const refusals = new Map([['Ingress shop/i 0', 'this is no regular expression of PCRE']])
  assert.deepEqual(told(route({ ingresses: [ingress('i', { rules })] }, { refusals })), [
    'shop/i ProxyRefused: spec.rules[0].http.paths[0]: this is no regular expression of PCRE',
  ])
})

test('of a certificate for all hosts that has to wait the Ingress is told that brings it, while there is one', () => {
  const all = { defaultBackend: { service: { name: 'web', port: { number: 80 } } }, tls: [{ secretName: 'cert' }] }
  const waiting = new Map([['IngressClass undefined/fairlead *', 'other names are refused meanwhile']])
  const secrets = [secret('cert', ['a.example'])]
  const words = (ingresses: readonly object[]) => told(route({ ingresses, secrets }, { waiting }))
  assert.deepEqual(words([ingress('i', { rules, tls: [{ secretName: 'cert' }] }), ingress('all', all)]), [
    'shop/all CertificateWaits: spec.tls[0]: other names are refused meanwhile',
  ])
  assert.deepEqual(words([ingress('i', { rules, tls: [{ secretName: 'cert' }] })]), [])
})

test('an Ingress is worked out once for as long as it and what it names are the same', () => {
  const objects = objectsOf({
    ingresses: [ingress('i', { rules, tls: [{ secretName: 'cert' }] })],
    secrets: [secret('cert', ['a.example'])],
  })
  const entryOf = (changed: object) => {
    const { site } = ingressSite({ ...objects, ...changed }, OPTIONS)
    return site?.ports.at(-1)?.listeners[0]?.entries[0]
  }
  const first = entryOf({})
  assert.equal(entryOf({}), first)
  const [web] = services('web')
  const other = { ...web, spec: { ports: [{ port: 80, name: 'other' }] } }
  assert.notEqual(entryOf({ service: () => other }), first)
  assert.notEqual(entryOf({ secret: () => secret('cert', ['b.example']) }), first)
})

test('of a thousand Ingresses of which one has changed, that one alone is worked out anew', () => {
  const ingresses = Array.from({ length: 1000 }, (_, index) =>
    ingress(`i${index}`, {
      rules: [rule(`h${index}.example`, 'Prefix / web', 'Prefix /api api')],
      tls: [{ hosts: [`h${index}.example`], secretName: 'cert' }],
    }),
  )
  const objects = objectsOf({ ingresses, secrets: [secret('cert', ['*.example'])] })
  const entriesOf = (now: readonly any[]) => {
    const { site } = ingressSite({ ...objects, ingresses: now }, OPTIONS)
    return (site?.ports ?? []).flatMap(({ listeners }) => listeners.flatMap(({ entries }) => entries))
  }
  const before = new Set(entriesOf(ingresses))
  const fresh = entriesOf(ingresses.with(500, { ...ingresses[500] })).filter((entry) => !before.has(entry))
  assert.deepEqual([...new Set(fresh.map(({ hostname }) => hostname))], ['h500.example'])
})
