import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from '#routes/table/entry.ts'
import { byPrecedence } from '#routes/table/precedence.ts'
import type { Backend, Listener, RoutingTable } from '#routes/table/table.ts'
import { compileProxy } from './compile.ts'
import { entriesOf } from './proxy-map.ts'
import type { ProxyPlan } from './proxy-plan.ts'
import { assignSlots, NO_SLOTS } from './slots.ts'

const OPTIONS = {
  program: 'gateway.lua',
  families: ['IPv4' as const],
  threads: 2,
  maxConnections: 1000,
  metricsBind: ':9101',
  hardStopAfterMs: 60_000,
}
const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }
const HOSTNAMES = ['', '*.test', '*.a.test', 'a.test', 'b.a.test', 'other']
const KEYS = ['one', 'two', 'three', 'four']

const path = fc.constantFrom<Entry['path']>(
  { type: 'Prefix', value: '/' },
  { type: 'Prefix', value: '/a' },
  { type: 'Prefix', value: '/a/b' },
  { type: 'Exact', value: '/a' },
  { type: 'RegularExpression', value: '/a.*' },
)
const entry: fc.Arbitrary<Entry> = fc
  .record({
    hostname: fc.constantFrom(...HOSTNAMES),
    path,
    method: fc.constantFrom(undefined, undefined, 'GET', 'PUT'),
    to: fc.subarray(KEYS, { minLength: 1, maxLength: 2 }),
    mirror: fc.constantFrom(undefined, undefined, ...KEYS),
  })
  .map(({ to, method, mirror, ...rest }) => ({
    ...rest,
    ...(method && { method }),
    headers: [],
    query: [],
    rule: {
      id: `HTTPRoute shop/${to.join('-')} 0`,
      origin: ORIGIN,
      index: 0,
      filters: mirror ? [{ type: 'mirror', backend: mirror, numerator: 1, denominator: 1 }] : [],
      action: { type: 'forward', to: to.map((backend) => ({ weight: 1, to: { backend }, filters: [] })) },
    },
  }))

/** What is another after a step: an entry or none at a place, or which listeners and which backends there are. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ place: fc.nat(9), entry: fc.option(entry, { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ listeners: fc.subarray(HOSTNAMES, { minLength: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ backends: fc.subarray(KEYS) }) },
)

const backend = (key: string): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
})
const listener = (hostname: string, protocol: Listener['protocol'], entries: readonly Entry[]): Listener => ({
  origin: ORIGIN,
  name: hostname,
  hostname,
  star: 'many',
  protocol,
  ...(protocol === 'TLS' && { tls: { mode: 'Passthrough' } }),
  entries,
  ...(protocol === 'HTTP' && hostname !== '' && { behind: 'wide' }),
})

function tableOf(
  placed: ReadonlyMap<number, Entry>,
  hostnames: readonly string[],
  keys: readonly string[],
): RoutingTable {
  const seniority = { since: 0, key: '' }
  const entries = Array.from(placed, ([order, one]) => ({ entry: one, seniority, order }))
    .sort(byPrecedence)
    .map((ranked) => ranked.entry)
  const port = (bind: number, kind: 'http' | 'tls', protocol: Listener['protocol']) => ({
    port: bind,
    bind,
    kind,
    listeners: hostnames.map((hostname) => listener(hostname, protocol, entries)),
    shared: { wide: entries },
  })
  return {
    sites: [{ origin: ORIGIN, ports: [port(10080, 'http', 'HTTP'), port(10443, 'tls', 'TLS')] }],
    backends: new Map(keys.map((key) => [key, backend(key)])),
    certificates: new Map(),
    authorities: new Map(),
  }
}

const whole = ({ maps, ...plan }: ProxyPlan) => ({
  ...plan,
  maps: new Map(Array.from(maps, ([name, map]) => [name, new Map([...entriesOf(map)].sort())])),
})

test('property: after any changes a plan is what a table says that nobody has seen before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const placed = new Map<number, Entry>()
      let [hostnames, keys]: [readonly string[], readonly string[]] = [[''], KEYS]
      let slots = NO_SLOTS
      for (const one of steps) {
        if ('listeners' in one) hostnames = one.listeners
        else if ('backends' in one) keys = one.backends
        else if (one.entry) placed.set(one.place, one.entry)
        else placed.delete(one.place)
        const table = tableOf(placed, hostnames, keys)
        slots = assignSlots(slots, table.backends)
        // A copy has objects of its own: of them nothing is remembered.
        const fresh = compileProxy(structuredClone(table), slots, OPTIONS)
        assert.deepEqual(whole(compileProxy(table, slots, OPTIONS)), whole(fresh))
      }
    }),
  )
})

test('property: a key that several parts of a map have is of one value', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const table = tableOf(new Map(entries.entries()), HOSTNAMES, KEYS)
      const plan = compileProxy(table, assignSlots(NO_SLOTS, table.backends), OPTIONS)
      for (const map of plan.maps.values()) {
        const all = entriesOf(map)
        for (const part of map.parts) for (const [key, value] of part) assert.equal(value, all.get(key))
      }
    }),
  )
})
