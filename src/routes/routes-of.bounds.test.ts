import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routesOf } from './routes-of.ts'
import { objectsOf, options } from './testing/cluster.ts'
import { gateway, http, httpRoute, rule, service } from './testing/make.ts'

/** Four times as many routes may take so many times as long: four is in proportion, sixteen its square. */
const GROWTH = 8

test('bounds: the time that a change of one route takes grows no faster than routes do', () => {
  const services = Array.from({ length: 200 }, (_, at) => service(`s${at}`))
  const make = (at: number) => {
    const matches = [
      { path: { value: `/a${at}` } },
      { path: { type: 'RegularExpression' as const, value: `/b${at}.*` } },
    ]
    return httpRoute(`r${at}`, { hostnames: [`h${at}.test`], rules: [rule(`s${at % 200}`, { matches })] }, at)
  }
  const gateways = [gateway('gw', [http(), http({ name: 'b', port: 81, hostname: '*.test' })])]
  const asked = options()
  /** The processor's time that only a fourth of the rounds are below: in others something else may have had the caches. */
  const taken = (count: number): number => {
    const all = Array.from({ length: count }, (_, at) => make(at))
    const times = Array.from({ length: 30 }, (_, round) => {
      const objects = objectsOf({ gateways, services, httpRoutes: all.with(round, make(round)) })
      const before = process.cpuUsage()
      const { table } = routesOf(objects, asked)
      const { user, system } = process.cpuUsage(before)
      assert.equal(table.sites[0]?.ports[0]?.listeners[0]?.entries.length, 2 * count)
      return user + system
    })
    return times.sort((left, right) => left - right)[7]!
  }
  taken(500)
  const [few, many] = [taken(500), taken(2000)]
  assert.ok(many <= GROWTH * few, `${many} and ${few} us`)
})
