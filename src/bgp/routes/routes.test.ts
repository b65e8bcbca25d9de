import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatCidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { encodeMessage } from '../message/codec.ts'
import type { Update } from '../message/message.ts'
import { parsePeers } from '../session/peer-options.ts'
import { attributesFor, parseRoutes, type RouteOptions } from './route.ts'
import { RouteSender } from './route-sender.ts'

const route = (prefix: string, more: Partial<RouteOptions> = {}): RouteOptions => ({
  prefix,
  communities: [],
  largeCommunities: [],
  localPreference: 100,
  ...more,
})
const peer = parsePeers([
  {
    name: 'tor',
    address: '10.0.0.2',
    localAsn: 65001,
    peerAsn: 65002,
    routerId: '10.0.0.1',
    nextHop: { IPv6: 'fd00::1' },
  },
])[0]!

/** A peer's table, kept by what it is told. */
const senderTo = (families: readonly IpFamily[] = ['IPv4', 'IPv6'], hops: readonly IpFamily[] = families) => {
  const table = new Map<string, string>()
  const updates: Update[] = []
  const log: string[] = []
  const sink = {
    isFull: false,
    families,
    /** How many UPDATEs there is room for yet. */
    room: Number.POSITIVE_INFINITY,
    send(update: Update) {
      assert.equal(sink.isFull, false, 'nothing is sent to who cannot take it')
      updates.push(update)
      for (const { family, prefixes } of update.unreach) {
        if (prefixes.length === 0) log.push(`end of ${family}`)
        for (const prefix of prefixes) assert.ok(table.delete(formatCidr(prefix)), 'what it has is withdrawn')
      }
      for (const { prefixes, nextHops } of update.reach)
        for (const prefix of prefixes) table.set(formatCidr(prefix), `${nextHops} ${JSON.stringify(update.attributes)}`)
      for (const { prefixes } of update.reach) log.push(`+${prefixes.map(formatCidr)}`)
      for (const { prefixes } of update.unreach) if (prefixes.length > 0) log.push(`-${prefixes.map(formatCidr)}`)
      sink.isFull = --sink.room <= 0
    },
  }
  const hop = { IPv4: Uint8Array.of(10, 0, 0, 1), IPv6: new Uint8Array(16).fill(1) }
  const sender = new RouteSender({
    peer,
    sink,
    nextHops: (family) => (hops.includes(family) ? [hop[family]] : undefined),
    toldAll: () => log.push('told all'),
  })
  const want = (...routes: readonly RouteOptions[]) => sender.want(parseRoutes(routes))
  return { sender, sink, table, updates, log, want, takeLog: () => log.splice(0) }
}

test('a route that cannot be announced is refused by its prefix, with the way out', () => {
  const refused: readonly (readonly [readonly RouteOptions[], RegExp])[] = [
    [[route('192.0.2.1')], /write it as/],
    [[route('192.0.2.1/24')], /no prefix/],
    [[route('192.0.2.1/32', { communities: ['65536:1'] })], /"65536:1" is no community/],
    [[route('192.0.2.1/32', { largeCommunities: ['1:2'] })], /write 64512:1:2/],
    [[route('192.0.2.1/32', { largeCommunities: Array.from({ length: 292 }, (_, n) => `1:1:${n}`) })], /do not fit/],
    [[route('192.0.2.1/32', { localPreference: -1 })], /0 to 4294967295/],
    [[route('192.0.2.1/32', { med: 2 ** 32 })], /0 to 4294967295/],
    [[route('192.0.2.1/32'), route('192.0.2.1/32', { peers: ['tor'] })], /twice for one peer/],
    [[route('2001:db8::1/128', { peers: ['a', 'b'] }), route('2001:DB8::1/128', { peers: ['b'] })], /twice/],
  ]
  for (const [routes, says] of refused)
    assert.throws(() => parseRoutes(routes), { name: 'RouteError', code: 'ROUTE_INVALID', message: says }, String(says))
  assert.equal(
    parseRoutes([route('192.0.2.1/32', { peers: ['a'] }), route('192.0.2.1/32', { peers: ['b'] })]).length,
    2,
  )
})

test('LOCAL_PREF stays in the AS, whose number is put into the path outside of it', () => {
  const [parsed] = parseRoutes([route('192.0.2.1/32', { localPreference: 7, med: 0, communities: ['no-export'] })])
  const said = { origin: 'igp', med: 0, communities: [0xffffff01], largeCommunities: [] }
  assert.deepEqual(attributesFor(parsed!, peer), { ...said, asPath: [{ type: 'sequence', asns: [65001] }] })
  const inside = { ...peer, isInternal: true, peerAsn: 65001 }
  assert.deepEqual(attributesFor(parsed!, inside), { ...said, asPath: [], localPreference: 7 })
})

test('routes with the same attributes go in one UPDATE a family, however their communities are ordered', () => {
  const { want, takeLog, updates } = senderTo()
  const communities = ['64512:1', '64512:2']
  want(
    route('192.0.2.1/32', { communities }),
    route('192.0.2.2/32'),
    route('192.0.2.3/32', { communities: [...communities].reverse().concat('64512:1') }),
    route('2001:db8::1/128'),
    route('2001:db8::2/128'),
  )
  assert.deepEqual(takeLog(), [
    '+192.0.2.1/32,192.0.2.3/32',
    '+192.0.2.2/32',
    '+2001:db8::1/128,2001:db8::2/128',
    'end of IPv4',
    'end of IPv6',
    'told all',
  ])
  assert.deepEqual(
    updates.map(({ reach }) => reach.map(({ isMultiprotocol }) => isMultiprotocol)),
    [[false], [false], [true], [], []],
  )
})

test('a change tells the difference alone, what goes first, and End-of-RIB only at the beginning', () => {
  const { want, takeLog, sender } = senderTo()
  want(route('192.0.2.1/32'), route('192.0.2.2/32'), route('2001:db8::1/128'))
  takeLog()
  want(route('192.0.2.1/32'), route('192.0.2.2/32', { med: 1 }), route('192.0.2.3/32', { med: 1 }))
  assert.deepEqual(takeLog(), ['-2001:db8::1/128', '+192.0.2.2/32,192.0.2.3/32'])
  want(route('192.0.2.1/32'), route('192.0.2.2/32', { med: 1 }), route('192.0.2.3/32', { med: 1 }))
  assert.deepEqual(takeLog(), [])
  assert.deepEqual([sender.announced, sender.pending], [3, 0])
  want()
  assert.deepEqual(takeLog(), ['-192.0.2.1/32,192.0.2.2/32,192.0.2.3/32'])
  assert.equal(sender.announced, 0)
})

test('a peer without a next hop of a family, or without the family, is not told of it', () => {
  const noHop = senderTo(['IPv4', 'IPv6'], ['IPv4'])
  noHop.want(route('192.0.2.1/32'), route('2001:db8::1/128'))
  assert.deepEqual(noHop.takeLog(), ['+192.0.2.1/32', 'end of IPv4', 'end of IPv6', 'told all'])
  const noFamily = senderTo(['IPv6'], ['IPv4', 'IPv6'])
  noFamily.want(route('192.0.2.1/32'), route('2001:db8::1/128'))
  assert.deepEqual(noFamily.takeLog(), ['+2001:db8::1/128', 'end of IPv6', 'told all'])
  assert.equal(noFamily.sender.pending, 0)
})

test('who asks for a family again is told all of it, and what went meanwhile is withdrawn', () => {
  const { sender, sink, want, takeLog } = senderTo()
  sender.repeat('IPv4')
  assert.deepEqual(takeLog(), [], 'before there is anything to tell')
  want(route('192.0.2.1/32'), route('192.0.2.2/32'), route('2001:db8::1/128'))
  takeLog()
  sender.repeat('IPv4')
  assert.deepEqual(takeLog(), ['+192.0.2.1/32,192.0.2.2/32'])
  sink.isFull = true
  want(route('192.0.2.1/32'), route('2001:db8::1/128'))
  sender.repeat('IPv4')
  assert.deepEqual([takeLog(), sender.pending], [[], 2])
  sink.isFull = false
  sender.resume()
  assert.deepEqual(takeLog(), ['-192.0.2.2/32', '+192.0.2.1/32'])
})

test('ten thousand routes go in messages that a router takes, of both families', () => {
  const { want, updates, table } = senderTo()
  const large = Array.from({ length: 291 }, (_, number) => `64512:1:${number}`)
  const v4 = Array.from({ length: 5000 }, (_, n) => route(`10.${n >> 8}.${n & 255}.1/32`, { largeCommunities: large }))
  const v6 = Array.from({ length: 5000 }, (_, n) => route(`2001:db8::${n.toString(16)}/128`))
  want(...v4, ...v6)
  assert.equal(table.size, 10_000)
  want()
  assert.equal(table.size, 0)
  for (const isFourOctet of [true, false])
    for (const update of updates) assert.ok(encodeMessage(update, { isFourOctet, isInternal: false }).length <= 4096)
  assert.ok(updates.length < 120, `${updates.length} messages`)
})

test('whatever is wanted, however slowly it is read, the peer ends up with what was wanted last', () => {
  const prefixes = Array.from({ length: 8 }, (_, n) => (n % 2 ? `192.0.2.${n}/32` : `2001:db8::${n + 1}/128`))
  const wanted = fc.array(fc.tuple(fc.constantFrom(...prefixes), fc.nat(2)), { maxLength: 9 })
  const step = fc.oneof(
    wanted.map((list) => ({ list, room: undefined, family: undefined })),
    fc.nat(3).map((room) => ({ list: undefined, room, family: undefined })),
    fc.constantFrom<IpFamily>('IPv4', 'IPv6').map((family) => ({ list: undefined, room: undefined, family })),
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const { sender, sink, table, want, log } = senderTo()
      let last = new Map<string, number>()
      want()
      for (const { list, room, family } of steps) {
        if (list !== undefined) {
          last = new Map(list)
          want(...[...last].map(([prefix, med]) => route(prefix, { med })))
        } else if (family !== undefined) sender.repeat(family)
        else {
          sink.room = room
          sink.isFull = room === 0
          sender.resume()
        }
      }
      sink.room = Number.POSITIVE_INFINITY
      sink.isFull = false
      sender.resume()
      assert.deepEqual([...table.keys()].sort(), [...last.keys()].sort())
      for (const [prefix, med] of last) assert.match(table.get(prefix)!, new RegExp(`"med":${med}`))
      assert.deepEqual([sender.pending, sender.announced], [0, last.size])
      assert.equal(log.filter((line) => line === 'told all').length, 1)
    }),
    { numRuns: 300 },
  )
})
