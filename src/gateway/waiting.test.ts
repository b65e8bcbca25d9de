import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { IS_STRICT } from './all-names.ts'
import { WAITS } from './kind-budget.ts'
import { HAS_FORMER, IS_HELD } from './large-authorities.ts'
import { otherKinds, Waiting } from './waiting.ts'

const origin = { kind: 'Gateway', namespace: 'shop', name: 'gw' }
const backend = (key: string, more: Partial<Backend>): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
  ...more,
})
/** The listener of all Ingresses for all names, as reports name it. */
const FOR_ALL = 'IngressClass undefined/fairlead *'
/** A rule for each backend, called as it is; authorities of as many octets as HAProxy cannot be given while it runs. */
const tableOf = (backends: readonly Backend[], authorities: Readonly<Record<string, string>> = {}): RoutingTable => {
  const entries = backends.map(({ key }) => ({
    hostname: `${key}.test`,
    path: { type: 'Prefix' as const, value: '/' },
    ...{ headers: [], query: [] },
    rule: {
      id: key,
      origin: { kind: 'HTTPRoute', namespace: 'shop', name: key },
      index: 0,
      filters: [],
      action: { type: 'forward' as const, to: [{ weight: 1, to: { backend: key }, filters: [] }] },
    },
  }))
  const listener = { origin, name: 'http', hostname: '', star: 'many', protocol: 'HTTP', entries } as const
  return {
    sites: [{ origin, ports: [{ port: 80, bind: 10_080, kind: 'http', listeners: [listener] }] }],
    backends: new Map(backends.map((one) => [one.key, one])),
    certificates: new Map(),
    authorities: new Map(Object.entries(authorities).map(([key, text]) => [key, text.repeat(40_000)])),
  }
}
const secured = (key: string) => backend(key, { tls: { hostname: 'web.test', authorities: [`ca of ${key}`] } })

/** What has been taken, as a proxy has it. */
const has = (waiting: Waiting, table: RoutingTable) => ({
  kinds: [...otherKinds(waiting.strict(table)).keys()],
  table,
})
/** A proxy that has been reloaded for another bundle as often as it may be at once. */
const reloaded = (waiting: Waiting): RoutingTable => {
  let before = tableOf([secured('web')], { 'ca of web': 'a' })
  assert.equal(waiting.within(before, { kinds: [], table: undefined }).againMs, undefined)
  for (const letter of 'bcdefghijklmnopq') {
    const next = tableOf([secured('web')], { 'ca of web': letter })
    const { table, againMs } = waiting.within(next, has(waiting, before))
    assert.deepEqual([table.authorities, againMs], [next.authorities, undefined], letter)
    before = next
  }
  return before
}

test('authorities that only another configuration has are those of before when they have to wait; without any a backend waits', () => {
  const clock = new HandClock()
  const waiting = new Waiting(clock)
  const before = reloaded(waiting)
  const more = tableOf([secured('web'), secured('late')], { 'ca of web': 'r', 'ca of late': 's' })
  const first = waiting.within(more, has(waiting, before))
  const served = has(waiting, first.table)
  assert.equal(first.table.authorities.get('ca of web'), before.authorities.get('ca of web'))
  assert.deepEqual([...waiting.backends], ['late'])
  assert.deepEqual(Object.fromEntries(waiting.parts), { web: HAS_FORMER, late: IS_HELD })
  // What waits is not taken because it has been seen once, nor because it is something else meanwhile.
  const other = tableOf([secured('web'), secured('late')], { 'ca of web': 'r', 'ca of late': 't' })
  for (const next of [more, other]) {
    waiting.within(next, served)
    assert.deepEqual(Object.fromEntries(waiting.parts), { web: HAS_FORMER, late: IS_HELD })
  }
  clock.advance(first.againMs!)
  const second = waiting.within(more, served)
  assert.deepEqual([...waiting.parts.values()].length, 1)
  clock.advance(second.againMs!)
  const last = waiting.within(more, has(waiting, second.table))
  assert.deepEqual([last.table.authorities, last.againMs, waiting.backends.size], [more.authorities, undefined, 0])
})

test('small authorities hold until larger ones are taken, and nobody else is held against those of before', () => {
  const waiting = new Waiting(new HandClock())
  const web = reloaded(waiting).authorities.get('ca of web')!
  const small = backend('small', { tls: { hostname: 'web.test', authorities: ['one'] } })
  const both = backend('both', { tls: { hostname: 'web.test', authorities: ['two', 'one'] } })
  const table = (backends: readonly Backend[], texts: Readonly<Record<string, string>>): RoutingTable => ({
    ...tableOf([secured('web'), ...backends]),
    authorities: new Map([['ca of web', web], ...Object.entries(texts)]),
  })
  const grown = table([small], { one: 'x'.repeat(31_000) })
  const { table: kept } = waiting.within(grown, has(waiting, table([small], { one: 'y' })))
  assert.deepEqual(
    [kept.authorities.get('one'), waiting.backends.size, waiting.parts.get('small')],
    ['y', 0, HAS_FORMER],
  )
  const before = table([both], { one: 'y', two: 'z' })
  const { table: shared } = waiting.within(
    table([small, both], { one: 'x', two: 'z'.repeat(31_000) }),
    has(waiting, before),
  )
  assert.deepEqual([shared.authorities.get('one'), shared.authorities.get('two')], ['x', 'z'.repeat(31_000)])
  assert.deepEqual([...waiting.backends], ['both'])
  // Else HAProxy would be given a larger file by the name of one that it has, and be reloaded for that.
  assert.deepEqual(waiting.strict(shared).backends.get('both')?.tls?.authorities, [])
  assert.deepEqual(waiting.strict(shared).backends.get('small'), small)
})

test('a certificate for all names that has to wait is told by its listener, and that port refuses other names meanwhile', () => {
  const clock = new HandClock()
  const waiting = new Waiting(clock)
  const before = reloaded(waiting)
  const origin = { kind: 'IngressClass', name: 'fairlead' }
  const tls = { mode: 'Terminate', certificates: ['cert'] } as const
  const listener = { origin, name: '*', hostname: '', star: 'one', protocol: 'HTTPS', tls, entries: [] } as const
  const whole = {
    ...before,
    sites: [{ origin, ports: [{ port: 443, bind: 10_443, kind: 'tls', listeners: [listener] } as const] }],
  }
  const strictOf = (table: RoutingTable) => waiting.strict(table).sites[0]!.ports[0]!.isStrict
  const { table, againMs } = waiting.within(whole, has(waiting, before))
  assert.deepEqual([Object.fromEntries(waiting.parts), strictOf(table)], [{ [FOR_ALL]: IS_STRICT }, true])
  clock.advance(againMs!)
  assert.deepEqual([strictOf(waiting.within(whole, has(waiting, table)).table), waiting.parts.size], [undefined, 0])
})

test('what is as much as HAProxy can be given is measured as it is written', () => {
  const waiting = new Waiting(new HandClock())
  const before = reloaded(waiting)
  for (const [octets, isLarge] of [
    [29_999, false],
    [30_000, true],
  ] as const) {
    const table = { ...tableOf([secured('new')]), authorities: new Map([['ca of new', 'n'.repeat(octets)]]) }
    waiting.within(table, has(waiting, before))
    assert.equal(waiting.backends.has('new'), isLarge, `${octets}`)
  }
})

test('rules whose retries have to wait are tried once, and all others as they say', () => {
  const waiting = new Waiting(new HandClock())
  const retried = Array.from({ length: 17 }, (_, at) =>
    backend(`r${at + 10}`, { retry: { attempts: at + 10, codes: [] } }),
  )
  const whole = tableOf([...retried, backend('plain', {})])
  const { table, againMs } = waiting.within(whole, { kinds: [], table: tableOf([]) })
  assert.equal(againMs, 60_000)
  const [[id, words] = []] = [...waiting.parts]
  assert.deepEqual([waiting.parts.size, words, waiting.backends.size], [1, WAITS, 0])
  assert.equal(table.backends.get(id!)?.retry, undefined)
  for (const [key, one] of whole.backends) if (key !== id) assert.equal(table.backends.get(key), one)
})

test('what is looked at again is looked at when the first that waits may have room', () => {
  const clock = new HandClock()
  const waiting = new Waiting(clock)
  const before = reloaded(waiting)
  clock.advance(20_000)
  const retried = Array.from({ length: 16 }, (_, at) =>
    backend(`r${at + 10}`, { retry: { attempts: at + 10, codes: [] } }),
  )
  const late = backend('late', { retry: { attempts: 50, codes: [] } })
  const { againMs } = waiting.within(
    tableOf([secured('web'), ...retried, late], { 'ca of web': 'r' }),
    has(waiting, before),
  )
  assert.deepEqual([Object.fromEntries(waiting.parts), againMs], [{ web: HAS_FORMER, late: WAITS }, 40_000])
})

test('a certificate for all names that has to wait is shown to nobody meanwhile, and its port serves the names that have one', () => {
  const clock = new HandClock()
  const waiting = new Waiting(clock)
  const ingresses = { kind: 'IngressClass', name: 'fairlead' }
  const listener = { origin: ingresses, name: '', hostname: '', star: 'one', protocol: 'HTTPS', entries: [] } as const
  const whole: RoutingTable = {
    ...reloaded(waiting),
    sites: [
      {
        origin: ingresses,
        ports: [443, 8443].map((port) => ({
          ...{ port, bind: 10_000 + port, kind: 'tls' },
          listeners: [{ ...listener, tls: { mode: 'Terminate', certificates: ['all'] } }],
        })),
      },
    ],
  }
  const ports = (of: RoutingTable) => waiting.strict(of).sites.flatMap((site) => site.ports)
  const [taken = ''] = otherKinds(whole).keys()
  const first = waiting.within(whole, { kinds: [taken], table: tableOf([]) })
  assert.deepEqual(ports(first.table), [whole.sites[0]!.ports[0], { ...whole.sites[0]!.ports[1], isStrict: true }])
  clock.advance(first.againMs!)
  const { table, againMs } = waiting.within(whole, { kinds: [taken], table: first.table })
  assert.deepEqual([ports(table), againMs], [whole.sites[0]!.ports, undefined])
})
