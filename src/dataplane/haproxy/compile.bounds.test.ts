import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '#routes/table/entry.ts'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { compileProxy } from './compile.ts'
import type { ProxyPlan } from './proxy-plan.ts'
import { assignSlots, NO_SLOTS } from './slots.ts'

const COUNT = 1000
const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }

const backend = (key: string): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
})
const BACKENDS = new Map(Array.from({ length: COUNT }, (_, at) => [`b${at}`, backend(`b${at}`)]))
const entry = (hostname: string, at: number, to: number): Entry => ({
  hostname,
  path: { type: 'Prefix', value: `/a${at}` },
  headers: [],
  query: [],
  rule: {
    id: `HTTPRoute shop/r${at} 0`,
    origin: ORIGIN,
    index: 0,
    filters: [],
    action: { type: 'forward', to: [{ weight: 1, to: { backend: `b${to}` }, filters: [] }] },
  },
})
const tableOf = (entries: readonly Entry[]): RoutingTable => ({
  sites: [
    {
      origin: ORIGIN,
      ports: [
        {
          port: 80,
          bind: 10080,
          kind: 'http',
          listeners: [{ origin: ORIGIN, name: 'all', hostname: '', star: 'many', protocol: 'HTTP', entries }],
        },
      ],
    },
  ],
  backends: BACKENDS,
  certificates: new Map(),
  authorities: new Map(),
})
/** Pieces of maps that a plan before did not have. */
const newParts = (plan: ProxyPlan, before: ProxyPlan) =>
  [...plan.maps].flatMap(([name, { parts }]) => [...parts].filter((part) => !before.maps.get(name)?.parts.has(part)))

for (const [words, hostname] of [
  ['on hosts of their own', (at: number) => `h${at}.test`],
  ['on one host', () => 'one.test'],
] as const) {
  test(`bounds: one changed route among a thousand ${words} is compiled into few new pieces`, () => {
    let entries = Array.from({ length: COUNT }, (_, at) => entry(hostname(at), at, at))
    let slots = assignSlots(NO_SLOTS, BACKENDS)
    const compile = () =>
      compileProxy(tableOf(entries), slots, {
        program: 'gateway.lua',
        families: ['IPv4'],
        threads: 2,
        maxConnections: 1000,
        metricsBind: ':9101',
        hardStopAfterMs: 60_000,
      })
    let plan = compile()
    for (let round = 0; round < 20; round++) {
      entries = entries.with(round, entry(hostname(round), round, round + 1))
      slots = assignSlots(slots, BACKENDS)
      const next = compile()
      const parts = newParts(next, plan)
      assert.ok(parts.length <= 8, `${parts.length} parts`)
      plan = next
    }
  })
}
