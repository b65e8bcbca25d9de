import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { WAITS, WAITS_FOR_AUTHORITIES } from './kind-budget.ts'
import { saidOf, Waiting } from './waiting.ts'

const origin = { kind: 'Gateway', namespace: 'shop', name: 'gw' }
const backend = (key: string, more: Partial<Backend>): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
  ...more,
})
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

test('authorities that only another configuration has are those of before when they have to wait; without any a backend waits', () => {
  const clock = new HandClock()
  const waiting = new Waiting(clock)
  const first = tableOf([secured('web')], { 'ca of web': 'a' })
  assert.equal(waiting.within(first, { kinds: [], table: undefined }).againMs, undefined)
  let before = first
  for (const letter of 'bcdefghijklmnopq') {
    const next = tableOf([secured('web')], { 'ca of web': letter })
    const { table, againMs } = waiting.within(next, { kinds: saidOf(before), table: before })
    assert.deepEqual([table.authorities, againMs], [next.authorities, undefined], letter)
    before = next
  }
  const more = tableOf([secured('web'), secured('late')], { 'ca of web': 'r', 'ca of late': 's' })
  const has = { kinds: saidOf(before), table: before }
  const { table, againMs } = waiting.within(more, has)
  assert.equal(table.authorities.get('ca of web'), before.authorities.get('ca of web'))
  assert.deepEqual([...waiting.backends], ['late'])
  assert.deepEqual([...waiting.rules], [['late', WAITS_FOR_AUTHORITIES]])
  // Room for one: the name of a kind decides.
  clock.advance(againMs!)
  waiting.within(more, has)
  assert.equal(waiting.backends.size, 0)
  clock.advance(60_000)
  const last = waiting.within(more, has)
  assert.deepEqual([last.table.authorities, last.againMs], [more.authorities, undefined])
})

test('rules whose retries have to wait are tried once, and all others as they say', () => {
  const waiting = new Waiting(new HandClock())
  const retried = Array.from({ length: 17 }, (_, at) =>
    backend(`r${at + 10}`, { retry: { attempts: at + 10, codes: [] } }),
  )
  const whole = tableOf([...retried, backend('plain', {})])
  const { table } = waiting.within(whole, { kinds: [], table: tableOf([]) })
  const [[id, words] = []] = [...waiting.rules]
  assert.deepEqual([waiting.rules.size, words, waiting.backends.size], [1, WAITS, 0])
  assert.equal(table.backends.get(id!)?.retry, undefined)
  for (const [key, one] of whole.backends) if (key !== id) assert.equal(table.backends.get(key), one)
})
