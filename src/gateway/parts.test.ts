import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, route, secret } from '#routes/ingress/testing/ingresses.ts'
import type { Entry, Rule } from '#routes/table/entry.ts'
import type { Backend, Listener, RoutingTable } from '#routes/table/table.ts'
import { kindsByNamespace, namespacesOf, partsOf, rulesTo, tableWithout } from './parts.ts'

const origin = { kind: 'Gateway', namespace: 'shop', name: 'gw' }
const backend = (key: string, more: Partial<Backend> = {}): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
  ...more,
})
const rule = (name: string, to: string, more: Partial<Rule> = {}): Rule => ({
  id: `HTTPRoute shop/${name} 0`,
  origin: { kind: 'HTTPRoute', namespace: 'shop', name },
  index: 0,
  filters: [],
  action: { type: 'forward', to: [{ weight: 1, to: { backend: to }, filters: [] }] },
  ...more,
})
const entry = (own: Rule, type: Entry['path']['type'] = 'Prefix'): Entry => ({
  hostname: '',
  path: { type, value: '/' },
  headers: [],
  query: [],
  rule: own,
})
const listener = (name: string, entries: readonly Entry[], certificates: readonly string[] = []): Listener => ({
  origin,
  name,
  hostname: '',
  star: 'many',
  protocol: 'HTTPS',
  tls: { mode: 'Terminate', certificates },
  entries,
})
const table: RoutingTable = {
  sites: [
    {
      origin,
      ports: [
        {
          port: 443,
          bind: 10_443,
          kind: 'tls',
          listeners: [
            listener(
              'a',
              [
                entry(rule('web', 'w', { filters: [{ type: 'mirror', backend: 'm', numerator: 1, denominator: 2 }] })),
                entry(rule('odd', 'o'), 'RegularExpression'),
              ],
              ['c1'],
            ),
            listener('b', [], ['c2']),
          ],
        },
        {
          port: 8443,
          bind: 18_443,
          kind: 'tls',
          listeners: [listener('c', [], ['c2'])],
          clients: { mode: 'AllowValidOnly', authorities: ['ca'] },
        },
      ],
    },
  ],
  backends: new Map(
    [backend('w'), backend('m'), backend('o', { tls: { authorities: ['ca2'], clientCertificate: 'c3' } })].map(
      (one) => [one.key, one],
    ),
  ),
  certificates: new Map(
    ['c1', 'c2', 'c3'].map((key) => [key, { origin, names: [], chain: `chain of ${key}`, key: '' }]),
  ),
  authorities: new Map([
    ['ca', 'CA'],
    ['ca2', 'CA2'],
  ]),
}

test('rules and listeners are parts by the ids that refusals have, and others as soon as what they use is', () => {
  const parts = partsOf(table)
  assert.deepEqual(
    [...parts.keys()],
    ['Gateway shop/gw a', 'HTTPRoute shop/web 0', 'HTTPRoute shop/odd 0', 'Gateway shop/gw b', 'Gateway shop/gw c'],
  )
  const differing = (other: RoutingTable) =>
    [...partsOf(other)].filter(([id, text]) => parts.get(id) !== text).map(([id]) => id)
  const renewed = { origin, names: [], chain: 'another', key: '' }
  assert.deepEqual(differing({ ...table, certificates: new Map([...table.certificates, ['c2', renewed]]) }), [
    'Gateway shop/gw b',
    'Gateway shop/gw c',
  ])
  assert.deepEqual(differing({ ...table, certificates: new Map([...table.certificates, ['c3', renewed]]) }), [
    'HTTPRoute shop/odd 0',
  ])
  assert.deepEqual(differing({ ...table, authorities: new Map([...table.authorities, ['ca', 'other']]) }), [
    'Gateway shop/gw c',
  ])
})

test('of a table no more is written out than the parts that are asked for, each once', () => {
  const written: string[] = []
  const certificate = (key: string) => ({
    ...{ origin, names: [], key: '' },
    get chain() {
      written.push(key)
      return key
    },
  })
  const large = { ...table, certificates: new Map(['c1', 'c2', 'c3'].map((key) => [key, certificate(key)])) }
  const ids = [...partsOf(large).keys()]
  assert.deepEqual([ids.length, written], [5, []])
  const text = partsOf(large).get('HTTPRoute shop/odd 0')
  assert.ok(text !== undefined && text.length < 100, 'however large what it stands for is')
  assert.equal(partsOf(large).get('HTTPRoute shop/odd 0'), text)
  assert.deepEqual([partsOf(large).get('HTTPRoute shop/none 0'), written], [undefined, ['c3']])
})

test('the backends of a rule are written out once, however many hostnames and matches it has', () => {
  let looks = 0
  const looked = {
    ...table,
    certificates: new Map([
      [
        'c3',
        {
          origin,
          names: [],
          key: '',
          get chain() {
            looks++
            return 'c3'
          },
        },
      ],
    ]),
  }
  const [site] = table.sites
  const [port] = site!.ports
  const entries = Array.from({ length: 100 }, () => entry(rule('odd', 'o')))
  const ports = [{ ...port!, listeners: [listener('a', entries)] }]
  assert.ok(partsOf({ ...looked, sites: [{ ...site!, ports }] }).get('HTTPRoute shop/odd 0'))
  assert.equal(looks, 1)
})

test('a rule is a part with all of its entries, those behind listeners too', () => {
  const of = (...shared: readonly Entry[]): RoutingTable => {
    const [site] = table.sites
    const [first, second] = site!.ports
    return { ...table, sites: [{ ...site!, ports: [{ ...first!, shared: { many: shared } }, second!] }] }
  }
  const wide = rule('wide', 'w')
  const text = (...shared: readonly Entry[]) => partsOf(of(...shared)).get(wide.id)
  const other: Entry = { ...entry(wide), hostname: 'a.test' }
  assert.equal(text(), undefined)
  assert.notEqual(text(entry(wide), other), text(other))
  assert.equal(text(entry(wide))?.length, text(...Array.from({ length: 1000 }, () => other))?.length)
  assert.notEqual(text(other, entry(wide)), text(entry(rule('wide', 'm')), other))
  const byHeader = { ...other, headers: [{ name: 'a', type: 'RegularExpression' as const, value: '(' }] }
  const plain = { ...other, headers: [{ name: 'a', type: 'Exact' as const, value: '(' }] }
  const kept = tableWithout(of(byHeader, plain, entry(rule('kept', 'm'))), new Set([wide.id]))
  assert.deepEqual(
    kept.sites[0]!.ports[0]!.shared?.many?.map(({ headers, rule: { id, action } }) => [
      headers.length,
      id,
      action.type,
    ]),
    [
      [1, wide.id, 'answer'],
      [0, 'HTTPRoute shop/kept 0', 'forward'],
    ],
  )
})

test('requests of a rule that is left out get 500 and go to no other rule; an expression goes with its rule', () => {
  const kept = tableWithout(table, new Set(['HTTPRoute shop/web 0', 'HTTPRoute shop/odd 0']))
  const entries = kept.sites[0]!.ports[0]!.listeners[0]!.entries
  assert.deepEqual(
    entries.map(({ rule: { id, action, filters } }) => [id, action.type === 'answer' && action.status, filters]),
    [['HTTPRoute shop/web 0', 500, []]],
  )
  assert.deepEqual(
    [[...kept.backends.keys()], [...kept.certificates.keys()], [...kept.authorities.keys()]],
    [[], ['c1', 'c2'], ['ca']],
  )
})

test('a listener that is left out takes along what nobody else uses, and a port that has no other', () => {
  const kept = tableWithout(table, new Set(['Gateway shop/gw a', 'Gateway shop/gw c']))
  assert.deepEqual(
    kept.sites[0]!.ports.map(({ port, listeners }) => [port, listeners.map(({ name }) => name)]),
    [[443, ['b']]],
  )
  assert.deepEqual(
    [[...kept.backends.keys()], [...kept.certificates.keys()], [...kept.authorities.keys()]],
    [[], ['c2'], []],
  )
  assert.equal(tableWithout(table, new Set()), table)
  const { authorities, certificates } = tableWithout(table, new Set(['Gateway shop/gw c', 'HTTPRoute shop/web 0']))
  assert.deepEqual(
    [[...certificates.keys()], [...authorities.keys()]],
    [['c1', 'c2', 'c3'], ['ca2']],
    'what a backend is held against, and shows',
  )
})

test('for a listener of all Ingresses the namespace answers that its certificate is of, whose rules ever are there', () => {
  const site = (namespace: string, name: string, ...hosts: readonly string[]) =>
    ingress(`${namespace}/${name}`, {
      rules: [ingressRule(`${name}.test`, 'Prefix / web')],
      tls: [{ hosts, secretName: 'cert' }],
    })
  const ingresses = [
    site('shop', 'a', 'a.test'),
    site('team', 'b', 'b.test'),
    ingress('team/c', { rules: [ingressRule('a.test', 'Prefix /b web')] }),
    site('lost', 'd', 'd.test'),
  ]
  const secrets = [secret('cert', ['a.test'], 'shop'), secret('cert', ['b.test'], 'team')]
  const { site: all, ...more } = route({ ingresses, secrets })
  const found = namespacesOf({ ...more, sites: [all!, ...table.sites], authorities: new Map() })
  assert.deepEqual(Object.fromEntries(found), {
    'IngressClass undefined/fairlead a.test': 'shop',
    'IngressClass undefined/fairlead b.test': 'team',
  })
})

test('a kind of retries is asked for by the namespace of a rule, whoever has the Service', () => {
  const retry = { attempts: 3, codes: [503] }
  const backends = new Map(['w', 'm', 'o'].map((key) => [key, backend(key, key === 'o' ? {} : { retry })]))
  const own = entry(rule('web', 'w', { origin: { kind: 'HTTPRoute', namespace: 'guest', name: 'web' } }))
  const [site] = table.sites
  const [port] = site!.ports
  const ports = [{ ...port!, listeners: [listener('a', [own, entry(rule('odd', 'o')), entry(rule('more', 'm'))])] }]
  const kinds = kindsByNamespace({ ...table, sites: [{ ...site!, ports }], backends })
  assert.deepEqual([...kinds], [['http-retry-3-503', new Set(['guest', 'shop'])]])
  const one = { ...table, sites: [{ ...site!, ports }], backends: new Map([['w', backend('w', { retry })]]) }
  assert.deepEqual([...kindsByNamespace(one)], [['http-retry-3-503', new Set(['guest'])]])
  assert.deepEqual([...kindsByNamespace({ ...table, backends: new Map([['w', backend('w')]]) })], [])
})

test('a rule that sends to some backends, or copies of requests to one, is one that sends to each of them', () => {
  const web = 'HTTPRoute shop/web 0'
  for (const [backends, ids] of [
    [['w'], [web]],
    [['m'], [web]],
    [
      ['o', 'm'],
      [web, 'HTTPRoute shop/odd 0'],
    ],
    [['none'], []],
    [[], []],
  ] as const)
    assert.deepEqual([...rulesTo(table, new Set(backends))], ids, `${backends}`)
})
