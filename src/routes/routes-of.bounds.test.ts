import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routesOf } from './routes-of.ts'
import { objectsOf, options } from './testing/cluster.ts'
import { gateway, http, httpRoute, rule, service } from './testing/make.ts'

/** Of processor time, in a fourth of the rounds: in others something else may have had the caches. */
const BOUND_MS = 15

test('bounds: a change of one route among a thousand is computed in few milliseconds', () => {
  const services = Array.from({ length: 200 }, (_, at) => service(`s${at}`))
  const make = (at: number) => {
    const matches = [
      { path: { value: `/a${at}` } },
      { path: { type: 'RegularExpression' as const, value: `/b${at}.*` } },
    ]
    return httpRoute(`r${at}`, { hostnames: [`h${at}.test`], rules: [rule(`s${at % 200}`, { matches })] }, at)
  }
  const all = Array.from({ length: 1000 }, (_, at) => make(at))
  const gateways = [gateway('gw', [http(), http({ name: 'b', port: 81, hostname: '*.test' })])]
  const asked = options()
  const taken: number[] = []
  for (let round = 0; round < 60; round++) {
    const objects = objectsOf({ gateways, services, httpRoutes: all.with(round, make(round)) })
    const before = process.cpuUsage()
    const { table } = routesOf(objects, asked)
    const { user, system } = process.cpuUsage(before)
    taken.push((user + system) / 1000)
    assert.equal(table.sites[0]?.ports[0]?.listeners[0]?.entries.length, 2000)
  }
  const best = taken.sort((left, right) => left - right)[15]!
  assert.ok(best <= BOUND_MS, `${best} ms`)
})
