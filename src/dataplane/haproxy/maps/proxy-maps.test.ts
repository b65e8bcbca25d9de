import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener, SitePort } from '#routes/table/table.ts'
import { entriesOf } from '../proxy-map.ts'
import { entryTo } from '../testing/entries.ts'
import { listener, oneSite, portOf } from '../testing/one-site.ts'
import { proxyMaps } from './proxy-maps.ts'

const SLOTS = { taken: new Map([['tcp-1', 'one']]), pools: new Map() } as unknown as Parameters<typeof proxyMaps>[1]
const PASSED = { mode: 'Passthrough' } as const
const of = (one: Listener, hostnames: readonly string[], star: Listener['star'] = 'many'): Listener => ({
  ...one,
  star,
  entries: hostnames.map((hostname) => entryTo('one', '/', { hostname })),
})
const mapsOf = (...ports: readonly SitePort[]) => {
  const all = proxyMaps(oneSite(ports), SLOTS)
  for (const { type } of all.values()) assert.equal(type, 'tree')
  return Object.fromEntries(Array.from(all, ([name, map]) => [name, Object.fromEntries(entriesOf(map))]))
}
const tls = (...listeners: readonly Listener[]) => mapsOf(portOf(443, 'tls', { listeners }))
const SLOT = 'tcp-1;HTTPRoute shop/one 0'

test('names that are asked for lead to the slot of a backend that ends TLS, to what ends it here, or to HTTPS', () => {
  const maps = tls(
    of(listener('TLS', '*.a.test', PASSED), ['x.a.test', '*.a.test', 'x.b.test']),
    of(listener('TLS', 'b.test'), ['b.test']),
    of(listener('TLS', 'c.test'), []),
    of(listener('TLS', 'd.test', PASSED), []),
    of(listener('HTTPS', ''), ['e.test']),
  )
  assert.deepEqual(maps['maps/names.map'], {
    '10443/*.a.test': SLOT,
    '10443/x.a.test': SLOT,
    '10443/b.test': 'terminated-10443;',
    '10443/c.test': '-',
    '10443/d.test': '-',
    '10443/': 'https-10443;',
  })
  assert.deepEqual(maps['maps/ended.map'], { '10443/b.test': SLOT, '10443/c.test': '-' })
})

test('of entries with the same name the first one has it', () => {
  const passed = listener('TLS', '', PASSED)
  const entries = ['one', 'two'].map((backend) => entryTo(backend, '/', { hostname: 'a.test' }))
  assert.equal(tls({ ...passed, entries })['maps/names.map']?.['10443/a.test'], SLOT)
})

test('the program knows which listener of HTTPS a name belongs to, also where it is for all', () => {
  assert.deepEqual(tls(listener('HTTPS', 'a.test'), listener('HTTPS'), listener('TLS', 'b'))['maps/listeners.map'], {
    '10443/a.test': 'a.test',
    '10443/': '.',
  })
  assert.deepEqual(tls(of(listener('HTTPS', '*.test'), [], 'one'))['maps/listeners.map'], { '10443/+.test': '+.test' })
  assert.deepEqual(mapsOf(portOf(80, 'http', { listeners: [listener('HTTP', 'a.test')] }))['maps/listeners.map'], {})
})

test('a port with requests has a map of its paths, and is told where a hostname begins with a star', () => {
  const port = (number: number, hostname: string, star: Listener['star'] = 'many') =>
    portOf(number, 'http', { listeners: [of(listener('HTTP', hostname), [hostname], star)] })
  const maps = mapsOf(port(80, 'a.test'), port(81, '*.test'), port(82, '*.test', 'one'), port(83, ''))
  assert.deepEqual(
    Object.keys(maps).filter((name) => name.startsWith('maps/paths-')),
    ['maps/paths-10080.map', 'maps/paths-10081.map', 'maps/paths-10082.map', 'maps/paths-10083.map'],
  )
  assert.deepEqual(maps['maps/paths-10082.map'], { '+.test/': SLOT })
  assert.deepEqual(maps['maps/stars.map'], { 10081: '*', 10082: '*' })
  assert.deepEqual(
    Object.keys(tls(listener('TLS'))).filter((name) => name.startsWith('maps/paths-')),
    [],
  )
})

test('what an entry leads to stands before it', () => {
  const names = Object.keys(mapsOf(portOf(80, 'http')))
  assert.deepEqual(names, [
    'maps/texts.map',
    'maps/listeners.map',
    'maps/ended.map',
    'maps/names.map',
    'maps/paths-10080.map',
    'maps/stars.map',
  ])
})

test('texts of connections and of requests are there', () => {
  const entry = entryTo('one', '/', { hostname: 'a.test' })
  const rule = { ...entry.rule, sources: ['10.0.0.0/8'] }
  for (const one of [listener('TLS', '', PASSED), listener('TLS'), listener('HTTPS')]) {
    const maps = tls({ ...one, entries: [{ ...entry, rule }] })
    const [name = ''] = Object.keys(maps['maps/texts.map'] ?? {})
    const leading = Object.values(maps).flatMap((map) => Object.values(map))
    assert.ok(leading.includes(`=${name}`), name)
  }
})
