import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gatewayMetrics } from './gateway-metrics.ts'
import { requestCounters } from './proxy-counters.ts'
import { ruleCounters } from './rule-counters.ts'

test('docs/gateway.md names each metric of the driver with its type and meaning, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/gateway.md'), 'utf8')
  const told = Array.from(text.matchAll(/^\| `(fairlead_\w+)` \| (\w+) \| (.+?) \|$/gm), ([, ...row]) => row.join(' '))
  const own = gatewayMetrics(() => {
    throw new Error('nobody asks')
  }).registry.descriptions.map(({ name, type, help }) => `${name} ${type} ${help}`)
  const texts = `${ruleCounters('', { sites: [] } as never)}${requestCounters('', new Map(), new Map())}`
  const counters = Array.from(texts.matchAll(/^# HELP (\w+) (.*)$/gm), ([, name, help]) => `${name} counter ${help}`)
  assert.deepEqual(told, [...own, ...counters])
})

test('what the driver has done is counted, and what it serves is asked when it is read', () => {
  const table = { sites: [{ ports: [{ listeners: [1, 2] }, { listeners: [3] }] }], backends: new Map([['a', {}]]) }
  const proxy = { isServing: true, refused: new Map([['a', 'no']]) }
  const metrics = gatewayMetrics(() => ({ proxy, table }) as never)
  metrics.applied('servers', 3)
  metrics.computed(30)
  metrics.failed('list "secrets"')
  const text = metrics.registry.render()
  for (const line of [
    'fairlead_gateway_endpoints_seconds_bucket{le="0.0025"} 0',
    'fairlead_gateway_endpoints_seconds_bucket{le="0.005"} 1',
    'fairlead_gateway_endpoints_seconds_sum 0.003',
    'fairlead_gateway_compute_seconds_sum 0.03',
    'fairlead_gateway_errors_total{what="list \\"secrets\\""} 1',
    'fairlead_gateway_serving 1',
    'fairlead_gateway_refused 1',
    'fairlead_gateway_listeners 3',
    'fairlead_gateway_backends 1',
  ])
    assert.ok(text.includes(`${line}\n`), line)
})

test('how long things take is told from a millisecond to five seconds, in steps of no more than two and a half times', () => {
  const { registry } = gatewayMetrics(
    () => ({ proxy: { refused: new Map() }, table: { sites: [], backends: new Map() } }) as never,
  )
  const text = registry.render()
  for (const what of ['compute', 'apply', 'endpoints', 'reload']) {
    const bucket = new RegExp(`^fairlead_gateway_${what}_seconds_bucket\\{le="([\\d.]+)"\\}`, 'gm')
    const bounds = Array.from(text.matchAll(bucket), ([, bound]) => Number(bound))
    assert.deepEqual([bounds[0], bounds.at(-1)], [0.001, 5], what)
    for (const [at, bound] of bounds.slice(1).entries())
      assert.ok(bound > bounds[at]! && bound <= bounds[at]! * 2.5001, `${what} ${bound}`)
  }
})
