import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Placed } from '../resolve/placed.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'
import { ask } from '../testing/ask.ts'
import { ingress, route, rule, to, told } from '../testing/ingresses.ts'
import { hostRoutes } from './host-routes.ts'

test('a rule is for its host alone, a star in it for one label, and without a host for all', () => {
  const rules = [
    rule('a.example', 'Prefix / web'),
    rule('*.example', 'Prefix / api'),
    rule('*.b.example', 'Prefix / new'),
    rule('', 'Prefix / old'),
  ]
  const routing = route({ ingresses: [ingress('i', { rules })] })
  for (const [host, expected] of [
    ['a.example', 'web'],
    ['z.example', 'api'],
    ['z.b.example', 'new'],
    ['z.z.example', 'old'],
    ['example', 'old'],
    ['elsewhere', 'old'],
  ])
    assert.equal(ask(routing, `http://${host}/`), expected, host)
})

test('each path stands once in the table, and what no path takes behind all of them', () => {
  const rules = [rule('a.example', 'Prefix /b web', 'Exact /a api', 'Prefix /b/c new')]
  const { site } = route({ ingresses: [ingress('i', { rules, defaultBackend: to('old') })] })
  const entries = site?.ports.flatMap(({ listeners }) => listeners.flatMap((listener) => listener.entries)) ?? []
  assert.deepEqual(
    entries.map(({ path }) => `${path.type} ${path.value}`),
    ['Exact /a', 'Prefix /b/c', 'Prefix /b', 'Prefix /'],
  )
})

test('a request that its host’s rules leave goes to those of a wider host, then it is 404', () => {
  const rules = [rule('a.example', 'Prefix /a web'), rule('*.example', 'Prefix /b api'), rule('', 'Prefix /c old')]
  const routing = route({ ingresses: [ingress('i', { rules })] })
  assert.deepEqual(
    ['/a', '/b', '/c', '/d'].map((path) => ask(routing, `http://a.example${path}`)),
    ['web', 'api', 'old', '404'],
  )
})

test('of two Ingresses with the same host, path and type the older one has it, and the younger is told', () => {
  const first = ingress('first', { rules: [rule('a.example', 'Prefix /x web')] })
  const second = ingress('second', { rules: [rule('a.example', 'Prefix /x/ old', 'Exact /x api', 'Prefix /y new')] })
  for (const ingresses of [
    [first, second],
    [second, first],
  ]) {
    const routing = route({ ingresses })
    assert.equal(ask(routing, 'http://a.example/x/1'), 'web')
    assert.equal(ask(routing, 'http://a.example/x'), 'api', 'another type')
    assert.equal(ask(routing, 'http://a.example/y'), 'new')
    assert.deepEqual(told(routing), [
      'shop/second Conflict: spec.rules[0].http.paths[0]: a.example, Prefix /x is taken, Ingress shop/first comes first (spec.rules[0].http.paths[0]); it is left out',
    ])
    assert.equal(routing.backends.has('shop/old:80 HTTP least'), false, 'a backend that no entry uses')
  }
})

test('of Ingresses as old as each other the first by name has a path', () => {
  const [one, other] = ['a', 'b'].map((name) =>
    ingress(name, { rules: [rule('', `Prefix / ${name === 'a' ? 'web' : 'api'}`)] }),
  )
  other.metadata.creationTimestamp = one.metadata.creationTimestamp
  assert.equal(ask(route({ ingresses: [other, one] }), 'http://x/'), 'web')
})

test('a path that an Ingress has twice is the first one, and told', () => {
  const routing = route({ ingresses: [ingress('i', { rules: [rule('', 'Prefix /a web', 'Prefix /a/ old')] })] })
  assert.equal(ask(routing, 'http://x/a'), 'web')
  assert.deepEqual(told(routing), [
    'shop/i Conflict: spec.rules[0].http.paths[1]: all hosts, Prefix /a is taken, spec.rules[0].http.paths[0] says so first (spec.rules[0].http.paths[0]); it is left out',
  ])
})

test('a default backend takes what the rules of its hosts leave, and of other hosts nothing', () => {
  const rules = [rule('a.example', 'Prefix /a web'), { host: 'b.example' }]
  const routing = route({ ingresses: [ingress('i', { rules, defaultBackend: to('old') })] })
  assert.deepEqual(
    ['a.example/a', 'a.example/x', 'b.example/', 'c.example/'].map((address) => ask(routing, `http://${address}`)),
    ['web', 'old', 'old', '404'],
  )
})

test('a default backend comes before the rules of wider hosts', () => {
  const near = ingress('near', { rules: [rule('a.example', 'Prefix /a web')], defaultBackend: to('old') })
  const wide = ingress('wide', { rules: [rule('', 'Prefix /b new')] })
  assert.equal(ask(route({ ingresses: [near, wide] }), 'http://a.example/b'), 'old')
})

test('the default backend of an Ingress without rules takes everything that nobody else does', () => {
  const all = ingress('all', { defaultBackend: to('old') })
  const routing = route({ ingresses: [all, ingress('i', { rules: [rule('a.example', 'Prefix /a web')] })] })
  assert.deepEqual(
    ['a.example/a', 'a.example/x', 'c.example/'].map((address) => ask(routing, `http://${address}`)),
    ['web', 'old', 'old'],
  )
})

test('of several default backends the oldest Ingress’ is the one, and the others are told', () => {
  const [first, second] = ['web', 'old'].map((name) => ingress(`of-${name}`, { defaultBackend: to(name) }))
  const routing = route({ ingresses: [second, first] })
  assert.equal(ask(routing, 'http://x/'), 'web')
  assert.deepEqual(told(routing), [
    'shop/of-old Conflict: spec.defaultBackend: all hosts, Prefix / is taken, Ingress shop/of-web comes first (spec.defaultBackend); it is left out',
  ])
})

test('a rule for all paths is no conflict with a default backend, and goes before it', () => {
  const all = ingress('all', { defaultBackend: to('old') })
  const routing = route({ ingresses: [all, ingress('i', { rules: [rule('', 'Prefix / web')] })] })
  assert.equal(ask(routing, 'http://x/'), 'web')
  assert.deepEqual(told(routing), [])
  assert.deepEqual([...routing.backends.keys()], ['shop/web:80 HTTP least'])
})

test('of a host with thousands of paths none is compared with all the others', () => {
  let looks = 0
  const count = 4000
  const origin = { kind: 'Ingress', namespace: 'shop', name: 'i' }
  const action = { type: 'answer', status: 503, reason: 'nobody' } as const
  const rule = { id: 'r', origin, index: 0, filters: [], action }
  const placed = (at: number): Placed => {
    const match = { type: 'Prefix', value: `/p${at}` } as const
    const entry = { hostname: 'a.test', path: match, headers: [], query: [], rule }
    return {
      ...{ ingress: origin, host: 'a.test', place: `paths[${at}]`, entry, size: 5, toHttps: 'never' },
      get match() {
        looks++
        return match
      },
    }
  }
  const paths = Array.from({ length: count }, (_, at) => placed(at))
  const one: ResolvedIngress = { origin, named: ['a.test'], paths, defaults: [], tls: [], news: [] }
  assert.equal(hostRoutes([one], false).hosts.get('a.test')?.length, count)
  assert.ok(looks < 100 * count, `${looks} looks at paths`)
})
