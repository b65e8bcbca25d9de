import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '#routes/table/entry.ts'
import type { Backend, BackendTls, Certificate, Listener, RoutingTable, SitePort } from '#routes/table/table.ts'
import { compileProxy } from './compile.ts'
import { entriesOf, type ProxyMap } from './proxy-map.ts'
import type { ProxyPlan } from './proxy-plan.ts'
import { serversOf } from './servers.ts'
import { assignSlots, NO_SLOTS } from './slots.ts'

const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }
const backend = (key: string, more: Partial<Backend> = {}): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
  ...more,
})
const entry = (hostname: string, type: Entry['path']['type'], value: string, more: Partial<Entry> = {}): Entry => ({
  hostname,
  path: { type, value },
  headers: [],
  query: [],
  rule: {
    id: `HTTPRoute shop/cart ${value}`,
    origin: ORIGIN,
    index: 0,
    filters: [],
    action: { type: 'forward', to: [{ weight: 1, to: { backend: 'one' }, filters: [] }] },
  },
  ...more,
})
const listener = (hostname: string, entries: readonly Entry[], more: Partial<Listener> = {}): Listener => ({
  origin: ORIGIN,
  name: hostname,
  hostname,
  star: 'many',
  protocol: 'HTTP',
  entries,
  ...more,
})
const certificate: Certificate = { origin: ORIGIN, names: [], chain: 'CHAIN', key: 'KEY' }
function planOf(
  listeners: readonly Listener[],
  kind: 'http' | 'tls' = 'http',
  {
    shared = {},
    certificates = [],
  }: {
    readonly shared?: NonNullable<SitePort['shared']>
    readonly certificates?: Iterable<readonly [string, Certificate]>
  } = {},
): ProxyPlan {
  const backends = new Map([['one', backend('one')]])
  const table: RoutingTable = {
    sites: [{ origin: ORIGIN, ports: [{ port: kind === 'tls' ? 443 : 80, bind: 10000, kind, listeners, shared }] }],
    backends,
    certificates: new Map([['shop/tls', certificate], ...certificates]),
    authorities: new Map(),
  }
  return compileProxy(table, assignSlots(NO_SLOTS, backends), {
    program: 'gateway.lua',
    families: ['IPv4', 'IPv6'],
    threads: 2,
    maxConnections: 1000,
    metricsBind: ':9101',
    hardStopAfterMs: 60_000,
  })
}
const held = (plan: ProxyPlan, name: string) => entriesOf(plan.maps.get(name) as ProxyMap)
const kinds = (plan: ProxyPlan) =>
  new Map([...held(plan, 'maps/paths-10000.map')].map(([key, value]) => [key, value.replace(/;.*|(?<=^[!=]).*/, '')]))

test('a rule without anything to do but to forward is a slot; whole paths are longer keys than prefixes', () => {
  const plan = planOf([
    listener('', [entry('a.test', 'Exact', '/foo'), entry('a.test', 'Prefix', '/foo'), entry('a.test', 'Prefix', '/')]),
  ])
  assert.deepEqual(
    kinds(plan),
    new Map([
      ['a.test/', 'http-1'],
      ['a.test/foo/', 'http-1'],
      ['a.test/foo/?', 'http-1'],
      ['/', '-'],
    ]),
  )
})

test('what stands in the configuration is not changed by routes, as long as there are slots', () => {
  const one = planOf([listener('', [entry('a.test', 'Prefix', '/')])])
  const other = planOf([listener('', [entry('b.test', 'RegularExpression', '/.*', { method: 'GET' })])])
  assert.equal(one.config, other.config)
  assert.notDeepEqual(one.maps, other.maps)
})

test('texts stand before what leads to them, and none is longer than a command may be', () => {
  const headers = Array.from({ length: 16 }, (_, index) => ({
    name: `x-${index}`,
    type: 'Exact' as const,
    value: 'ü'.repeat(4000),
  }))
  const plan = planOf([listener('', [entry('a.test', 'Prefix', '/', { headers })])])
  assert.equal([...plan.maps.keys()][0], 'maps/texts.map')
  const texts = [...held(plan, 'maps/texts.map').values()]
  assert.ok(texts.length > 10)
  for (const text of texts) assert.match(text, /^[.>][ -~]{0,8000}$/)
})

/** Octets of all texts. */
const sizeOfTexts = (plan: ProxyPlan) => [...held(plan, 'maps/texts.map').values()].join('').length
const prefixes = (count: number) => Array.from({ length: count }, (_, at) => entry('a.test', 'Prefix', `/p${at}`))
const expressions = (count: number, more: string) =>
  Array.from({ length: count }, (_, at) => entry('a.test', 'RegularExpression', `/r${at}${more}`))

test('an expression is a text of its own, which stands once however many paths and rules it is for', () => {
  const long = '[a-z]{900}'
  const sizeOf = (paths: number) => sizeOfTexts(planOf([listener('', [...expressions(5, long), ...prefixes(paths)])]))
  assert.ok(sizeOf(1) > 5 * 900)
  assert.ok(sizeOf(50) < sizeOf(1) + 50 * 600, `${sizeOf(1)} and ${sizeOf(50)}`)
  const by = { type: 'RegularExpression' as const, value: long }
  const headers = [{ name: 'x-one', ...by }]
  const path = { type: 'Regex' as const, pattern: long, value: '/' }
  const rules = Array.from({ length: 50 }, (_, at) => {
    const one = entry('a.test', 'Prefix', `/${at}`, { headers, query: headers })
    return { ...one, rule: { ...one.rule, filters: [{ type: 'rewrite' as const, path }] } }
  })
  const size = sizeOfTexts(planOf([listener('', rules)]))
  assert.ok(size < 20_000 + 50 * 800, `${size}`)
})

test('texts of many paths beside many expressions go with their sum, not with their product', () => {
  const sizeOf = (count: number) =>
    sizeOfTexts(planOf([listener('', [...expressions(count, 'x'), ...prefixes(count)])]))
  assert.ok(sizeOf(400) < 8 * sizeOf(100), `${sizeOf(100)} and ${sizeOf(400)}`)
})

test('texts of many paths below one with many conditions go with their sum, not with their product', () => {
  const conditions = (count: number) =>
    Array.from({ length: count }, (_, at) => {
      const headers = [{ name: 'x-one', type: 'Exact' as const, value: String(at) }]
      return entry('a.test', 'Prefix', '/', { headers })
    })
  const paths = (count: number) => prefixes(count).map((one): Entry => ({ ...one, method: 'PUT' }))
  const sizeOf = (count: number) => sizeOfTexts(planOf([listener('', [...paths(count), ...conditions(count)])]))
  assert.ok(sizeOf(400) < 8 * sizeOf(100), `${sizeOf(100)} and ${sizeOf(400)}`)
})

test('a hostname for which another listener is more specific is not looked for in one that is less so', () => {
  const plan = planOf([
    listener('', [entry('a.b.test', 'Prefix', '/'), entry('c.test', 'Prefix', '/')]),
    listener('*.b.test', [entry('*.b.test', 'Prefix', '/x')]),
  ])
  assert.deepEqual([...kinds(plan).keys()].sort(), ['*.b.test/', '*.b.test/x/', '/', 'c.test/'])
  assert.equal(kinds(plan).get('*.b.test/'), '-')
})

test('what listeners share stands once, for those whose own paths do not take a request', () => {
  const shared = { wide: [entry('*.test', 'Prefix', '/x'), entry('', 'Prefix', '/y')] }
  const own = [entry('a.test', 'Prefix', '/foo')]
  const listeners = [
    listener('a.test', own, { behind: 'wide', star: 'one' }),
    listener('b.other', [], { behind: 'wide', star: 'one' }),
    listener('', [], { star: 'one' }),
  ]
  assert.deepEqual(
    kinds(planOf(listeners, 'http', { shared })),
    new Map([
      ['a.test/foo/', 'http-1'],
      ['a.test/', '~wide'],
      ['b.other/', '~wide'],
      ['/', '-'],
      ['~wide/+.test/x/', 'http-1'],
      ['~wide//y/', 'http-1'],
      ['~wide//', '-'],
    ]),
  )
})

const LIST = 'lists/10000.list'
const https = (hostname: string, ...certificates: readonly string[]): Listener =>
  listener(hostname, [], { protocol: 'HTTPS', tls: { mode: 'Terminate', certificates } })

test('without a listener for all names, unknown names are refused; else its certificate is shown, to which no name leads', () => {
  const named = planOf([https('*.a.test', 'shop/tls')], 'tls')
  assert.match(named.config, / ssl strict-sni crt-list lists\/10000\.list /)
  // The file follows from the key alone.
  const [file] = [...named.certificates.keys()]
  assert.deepEqual(named.certificateLists.get(LIST), [{ certificate: file, names: ['*.a.test'] }])
  const all = planOf([https('', 'shop/tls')], 'tls')
  assert.match(all.config, / ssl crt-list lists\/10000\.list /)
  assert.deepEqual(all.certificateLists.get(LIST), [{ certificate: 'certificates/default-10000.pem', names: ['!*'] }])
  assert.equal(all.certificates.get('certificates/default-10000.pem'), 'CHAIN\nKEY\n')
})

test('a certificate is shown for names of its own that are the listener’s, and for none that another is more specific for', () => {
  const names = ['a.test', '*.a.test', 'x.a.test', 'b.test', '*.b.test', 'deep.x.c.test', '*.c.test', 'no name']
  const plan = planOf(
    [https('', 'all'), https('a.test', 'shop/tls'), https('*.a.test', 'star'), https('*.b.test', 'shop/tls')],
    'tls',
    {
      certificates: [
        ['all', { ...certificate, names }],
        ['star', { ...certificate, names: [...names, 'deep.x.a.test', '*.x.a.test'] }],
      ],
    },
  )
  const found = plan.certificateLists.get(LIST)?.map((line) => line.names)
  assert.deepEqual(found, [
    ['!*'],
    ['b.test', 'deep.x.c.test', '*.c.test'],
    ['a.test'],
    ['*.a.test', 'x.a.test', 'deep.x.a.test', '*.x.a.test'],
    ['*.b.test'],
  ])
})

test('of a certificate and its key the blocks of PEM are what HAProxy reads, and nothing around them', () => {
  const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----`
  const chain = `\xff\xfe${block('CERTIFICATE')}\nfriendlyName: Zürich\n${block('CERTIFICATE')}\n\n`
  const key = `text\n${block('PRIVATE KEY')}\ntext`
  const plan = planOf([https('a.test', 'odd')], 'tls', { certificates: [['odd', { ...certificate, chain, key }]] })
  const [, pem] = [...plan.certificates].find(([name]) => name.includes('odd')) ?? []
  assert.equal(pem, `${block('CERTIFICATE')}\n${block('CERTIFICATE')}\n${block('PRIVATE KEY')}\n`)
})

test('servers are named by address and port alone, each once; one that leaves only keeps its own', () => {
  const servers = serversOf(backend('one', { protocol: 'h2c' }), [
    { address: '10.0.0.1', port: 80 },
    { address: '10.0.0.1', port: 80, isLeaving: true },
    { address: 'fd00::1', port: 80, isLeaving: true },
  ])
  const reused = 'pool-max-conn -1 pool-purge-delay 5s'
  assert.deepEqual(servers.map(({ address, state, parameters }) => [address, state, parameters]).sort(), [
    ['10.0.0.1', 'ready', `${reused} proto h2`],
    ['fd00::1', 'drain', `${reused} proto h2`],
  ])
  // As HAProxy tells it, by which it is known again.
  const written = [
    { address: 'FD00:0:0:0::1', port: 80 },
    { address: 'fd00::1', port: 80 },
  ]
  assert.deepEqual(
    serversOf(backend('one'), written).map(({ address }) => address),
    ['fd00::1'],
  )
  const other = serversOf(backend('two'), [{ address: '10.0.0.1', port: 80 }])
  assert.ok(servers.some(({ name }) => name === other[0]?.name))
})

test('a backend of TLS is held against its hostname and authorities', () => {
  const words = (tls: Partial<BackendTls>) => {
    const own = { hostname: 'in.test', authorities: ['ca'], ...tls }
    const [server] = serversOf(backend('one', { tls: own }), [{ address: '10.0.0.1', port: 80 }])
    return server?.parameters.replace(/^.* ssl /, '').replace(/ca-file (?!@)\S+/, 'ca-file CA')
  }
  const checked = 'alpn http/1.1 sni str(in.test) verify required ca-file CA verifyhost in.test'
  assert.equal(words({}), checked)
  assert.equal(words({ authorities: ['system'] }), checked.replace('CA', '@system-ca'))
  assert.equal(words({ authorities: [] }), 'alpn http/1.1 sni str(in.test) verify none')
})
