import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Registry } from '#metrics/registry.ts'
import { formatCidr } from '#net/cidr.ts'
import type { Message } from './message/message.ts'
import { noticeText } from './message/notification.ts'
import type { RouteOptions } from './routes/route.ts'
import type { PeerOptions } from './session/peer-options.ts'
import { BgpSpeaker } from './speaker.ts'
import { establish, FakeRouter, type FakeSocket, openOf } from './testing/fake-router.ts'

const TOR: PeerOptions = {
  name: 'tor',
  address: '10.0.0.2',
  localAsn: 65001,
  peerAsn: 65002,
  routerId: '10.0.0.1',
  nextHop: { IPv6: 'fd00::1' },
}
const OTHER: PeerOptions = { ...TOR, name: 'other', address: '10.0.0.3' }

let clock: HandClock
let router: FakeRouter
let registry: Registry
let log: string[]
let speaker: BgpSpeaker
beforeEach(() => {
  clock = new HandClock()
  router = new FakeRouter()
  registry = new Registry()
  log = []
  speaker = makeSpeaker()
})

const makeSpeaker = () =>
  new BgpSpeaker({ sockets: router, clock, random: () => 0, log: (line) => log.push(line), registry: new Registry() })
const route = (prefix: string, more: Partial<RouteOptions> = {}): RouteOptions => ({
  prefix,
  communities: [],
  largeCommunities: [],
  localPreference: 100,
  ...more,
})

/** What a router heard, a word a message. */
const words = (messages: readonly Message[]): readonly string[] =>
  messages.map((message) => {
    if (message.type === 'notification') return noticeText(message.notice)
    if (message.type !== 'update') return message.type
    const gone = message.unreach.flatMap(({ family, prefixes }) =>
      prefixes.length === 0 ? [`end of ${family}`] : prefixes.map((prefix) => `-${formatCidr(prefix)}`),
    )
    const come = message.reach.flatMap(({ prefixes, nextHops }) =>
      prefixes.map((prefix) => `+${formatCidr(prefix)} by ${nextHops.map((hop) => hop.at(-1)).join()}`),
    )
    return [...gone, ...come].join(' ')
  })
const heard = (socket: FakeSocket) => words(socket.heard())

test('a peer is told all routes when its session comes up, and each difference after', () => {
  speaker.setPeers([TOR])
  speaker.setRoutes([route('192.0.2.1/32'), route('2001:db8::1/128')])
  const socket = establish(router.last)
  assert.deepEqual(heard(socket), ['+192.0.2.1/32 by 1', '+2001:db8::1/128 by 1', 'end of IPv4', 'end of IPv6'])
  speaker.setRoutes([route('192.0.2.2/32'), route('2001:db8::1/128')])
  assert.deepEqual(heard(socket), ['-192.0.2.1/32', '+192.0.2.2/32 by 1'])
})

test('a route for some peers goes to these alone', () => {
  speaker.setPeers([TOR, OTHER])
  const [tor, other] = router.calls.map((socket) => establish(socket)) as [FakeSocket, FakeSocket]
  speaker.setRoutes([route('192.0.2.1/32'), route('192.0.2.2/32', { peers: ['other'] })])
  assert.deepEqual([heard(tor)[0], heard(other)[0]], ['+192.0.2.1/32 by 1', '+192.0.2.1/32 by 1 +192.0.2.2/32 by 1'])
})

test('no End-of-RIB is said before there are routes, nor a restart after it', () => {
  const restartOf = (socket: FakeSocket) => {
    const [open] = socket.heard()
    return open?.type === 'open' && open.capabilities.gracefulRestart
  }
  const families = (['IPv4', 'IPv6'] as const).map((family) => ({ family, isForwarding: true }))
  speaker.setPeers([TOR])
  const first = router.last
  first.connect()
  assert.deepEqual(restartOf(first), { isRestarting: true, seconds: 120, families })
  first.close()
  clock.settle(1)
  const second = establish(router.last)
  assert.deepEqual(heard(second), [])
  speaker.setRoutes([])
  assert.deepEqual(heard(second), ['end of IPv4', 'end of IPv6'])
  second.close()
  clock.advance(1_000)
  router.last.connect()
  assert.deepEqual(restartOf(router.last), { isRestarting: false, seconds: 120, families })
})

test('a speaker that has been here for longer than peers keep routes has not restarted', () => {
  clock.advance(4_095_000)
  speaker.setPeers([TOR])
  router.last.connect()
  const [open] = router.last.heard()
  assert.equal(open?.type === 'open' && open.capabilities.gracefulRestart?.isRestarting, false)
})

test('a kernel that has begun anew has not forwarded, until the speaker has told all', () => {
  const forwardingOf = () => {
    router.last.connect()
    const [open] = router.last.heard()
    return open?.type === 'open' && open.capabilities.gracefulRestart?.families.map(({ isForwarding }) => isForwarding)
  }
  const one = new BgpSpeaker({ sockets: router, clock, random: () => 0, log: () => undefined, hasForwarded: false })
  one.setPeers([TOR])
  one.setRoutes([])
  assert.deepEqual(forwardingOf(), [false, false])
  router.last.say(openOf(), { type: 'keepalive' })
  router.last.close()
  clock.advance(1_000)
  assert.deepEqual(forwardingOf(), [true, true])
})

test('who wants no graceful restart says nothing of it', () => {
  speaker.setPeers([{ ...TOR, gracefulRestartSeconds: false }])
  router.last.connect()
  const [open] = router.last.heard()
  assert.equal(open?.type === 'open' && open.capabilities.gracefulRestart, undefined)
})

test('a peer that knows IPv4 alone is told IPv4 alone', () => {
  speaker.setPeers([TOR])
  speaker.setRoutes([route('192.0.2.1/32'), route('2001:db8::1/128')])
  const socket = establish(router.last, openOf({ capabilities: { families: [] } }))
  assert.deepEqual(heard(socket), ['+192.0.2.1/32 by 1', 'end of IPv4'])
})

test('a next hop that is configured stands before the own address', () => {
  speaker.setPeers([{ ...TOR, nextHop: { IPv4: '10.0.0.77' } }])
  speaker.setRoutes([route('192.0.2.1/32')])
  assert.equal(heard(establish(router.last))[0], '+192.0.2.1/32 by 77')
})

test('what a router that does not read has not taken yet is told as it is when it reads again', () => {
  speaker.setPeers([TOR])
  speaker.setRoutes([])
  const socket = establish(router.last)
  heard(socket)
  socket.isFull = true
  speaker.setRoutes([route('192.0.2.1/32')])
  speaker.setRoutes([route('192.0.2.1/32'), route('192.0.2.2/32')])
  speaker.setRoutes([route('192.0.2.3/32')])
  assert.deepEqual(heard(socket), ['+192.0.2.1/32 by 1'])
  const [status] = speaker.peers()
  assert.deepEqual([status?.announced, status?.pending], [1, 2])
  socket.drain()
  assert.deepEqual(heard(socket), ['-192.0.2.1/32', '+192.0.2.3/32 by 1'])
})

test('a peer that asks is told again', () => {
  speaker.setPeers([TOR])
  speaker.setRoutes([route('192.0.2.1/32')])
  const socket = establish(router.last)
  heard(socket)
  socket.say({ type: 'routeRefresh', family: 'IPv4' })
  assert.deepEqual(heard(socket), ['+192.0.2.1/32 by 1'])
})

test('peers that stay as they are keep their sessions; the changed begin anew; those that go are told so', () => {
  speaker.setPeers([TOR, OTHER])
  const [tor, other] = router.calls.map((socket) => establish(socket)) as [FakeSocket, FakeSocket]
  speaker.setPeers([{ ...TOR }, { ...OTHER, holdSeconds: 30 }])
  assert.deepEqual(heard(tor), [])
  assert.deepEqual(heard(other), ['Cease/Other Configuration Change (6/6)'])
  assert.equal(router.calls.length, 3)
  speaker.setPeers([])
  assert.deepEqual(heard(tor), ['Cease/Peer De-configured (6/3)'])
  assert.deepEqual(speaker.peers(), [])
})

test('wrong peers and wrong routes change nothing', () => {
  speaker.setPeers([TOR])
  speaker.setRoutes([route('192.0.2.1/32')])
  const socket = establish(router.last)
  heard(socket)
  assert.throws(() => speaker.setPeers([OTHER, OTHER]), { code: 'PEER_NAME_INVALID' })
  assert.throws(() => speaker.setRoutes([route('nonsense')]), { code: 'ROUTE_INVALID' })
  assert.deepEqual([heard(socket), speaker.peers().map(({ name }) => name)], [[], ['tor']])
})

test('a graceful stop says nothing, and Cease says why; both resolve when the sockets are closed', async () => {
  for (const [how, said] of [
    ['graceful', []],
    ['cease', ['Cease/Administrative Shutdown (6/2): drained']],
  ] as const) {
    const one = makeSpeaker()
    one.setPeers([TOR])
    const socket = establish(router.last)
    const stopped = one.stop(how, 'drained')
    assert.deepEqual([heard(socket), socket.isEnded, socket.isDestroyed], [said, true, false])
    clock.advance(2_000)
    await stopped
    assert.equal(socket.isDestroyed, true)
    const calls = router.calls.length
    one.setPeers([OTHER])
    one.setRoutes([])
    clock.advance(1_000_000)
    assert.equal(router.calls.length, calls, 'and it does nothing any more')
    assert.equal(clock.pending, 1, 'but the speaker of each test')
  }
})

test('peers that call are let in by a speaker that listens, and it knows them by what the listener says', async () => {
  speaker.setPeers([{ ...TOR, isPassive: true }])
  await speaker.listen(179)
  speaker.setRoutes([route('192.0.2.1/32')])
  const socket = establish(router.call())
  assert.equal(heard(socket)[0], '+192.0.2.1/32 by 1')
  const gone = router.listened[0]!
  speaker.setPeers([{ ...OTHER, isPassive: true }])
  assert.deepEqual(
    router.listened.map(({ address }) => address),
    ['10.0.0.3'],
  )
  assert.equal(router.call(gone).isDestroyed, true)
  assert.equal(router.calls.length, 0)
  void speaker.stop('graceful')
  assert.equal(router.isListening, false)
})

test('a listener that is lost is tried again, and told whom to take', async () => {
  speaker.setPeers([TOR])
  await speaker.listen(179)
  router.listened = []
  router.failListening()
  router.refusal = new Error('EADDRINUSE')
  clock.advance(5_000)
  await new Promise(setImmediate)
  router.refusal = undefined
  assert.deepEqual(log, [
    'port 179 takes no connections: somebody has destroyed the socket',
    'port 179 takes no connections: EADDRINUSE',
  ])
  clock.advance(4_999)
  assert.equal(router.isListening, false)
  clock.advance(1)
  await new Promise(setImmediate)
  assert.deepEqual([router.isListening, router.listened.length], [true, 1])
  await assert.rejects(async () => {
    router.refusal = new Error('EADDRINUSE')
    await speaker.listen(179)
  }, /EADDRINUSE/)
})

test('status and metrics tell of each peer, and the log of each change once', () => {
  const one = new BgpSpeaker({ sockets: router, clock, random: () => 0, log: (line) => log.push(line), registry })
  one.setPeers([TOR, { ...OTHER, address: 'fd00::3' }])
  one.setRoutes([route('192.0.2.1/32')])
  const [tor, other] = router.calls as [FakeSocket, FakeSocket]
  establish(tor)
  for (let turn = 0; turn < 3; turn++) {
    router.last.close(new Error('connect ECONNREFUSED'))
    clock.settle(1)
  }
  assert.equal(other.isDestroyed, true)
  tor.say({
    type: 'update',
    unreach: [],
    reach: [{ family: 'IPv4', nextHops: [Uint8Array.of(1, 2, 3, 4)], prefixes: [], isMultiprotocol: true }],
    attributes: undefined,
  })
  const [up, down] = one.peers()
  assert.deepEqual(
    [up?.state, up?.since, up?.lastEnd, up?.announced],
    ['Established', Date.parse('2026-01-01T00:00:00Z'), undefined, 1],
  )
  assert.deepEqual([up?.families, down?.families], [['IPv4', 'IPv6'], []])
  assert.equal(up?.lastFault, 'a mandatory attribute is missing')
  assert.deepEqual(
    [down?.state, down?.since, down?.lastEnd, down?.pending],
    ['Connect', undefined, 'connect ECONNREFUSED', 1],
  )
  assert.deepEqual(log, ['peer tor: the session is established', 'peer other: no session: connect ECONNREFUSED'])
  const text = registry.render()
  for (const line of [
    'fairlead_bgp_session_up{peer="10.0.0.2:179",name="tor"} 1',
    'fairlead_bgp_session_up{peer="[fd00::3]:179",name="other"} 0',
    'fairlead_bgp_announced_prefixes_total{peer="10.0.0.2:179",name="tor"} 1',
    'fairlead_bgp_pending_prefixes_total{peer="[fd00::3]:179",name="other"} 1',
    'fairlead_bgp_updates_total{peer="10.0.0.2:179",name="tor"} 3',
    'fairlead_bgp_updates_total_received{peer="10.0.0.2:179",name="tor"} 1',
    'fairlead_bgp_updates_faulty_total{peer="10.0.0.2:179",name="tor"} 1',
    'fairlead_bgp_notifications_sent{peer="10.0.0.2:179",name="tor"} 0',
    'fairlead_bgp_sessions_established_total{peer="10.0.0.2:179",name="tor"} 1',
  ])
    assert.ok(text.includes(`${line}\n`), `${line} in ${text}`)
  tor.say({ type: 'notification', notice: { code: 6, subcode: 2, data: Uint8Array.of(3, 97, 98, 99) } })
  assert.equal(one.peers()[0]?.lastEnd, 'the peer said Cease/Administrative Shutdown (6/2): abc')
  assert.ok(registry.render().includes('fairlead_bgp_notifications_received{peer="10.0.0.2:179",name="tor"} 1\n'))
})
