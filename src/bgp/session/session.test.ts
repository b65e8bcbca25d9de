import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Message, Open } from '../message/message.ts'
import { errorNotice } from '../message/message-error.ts'
import { noticeText } from '../message/notification.ts'
import { establish, FakeRouter, FakeSocket, openOf } from '../testing/fake-router.ts'
import type { PeerOptions } from './peer-options.ts'
import { parsePeers } from './peer-options.ts'
import { PeerSession, type SessionOwner } from './peer-session.ts'

const OPTIONS: PeerOptions = {
  name: 'tor',
  address: '10.0.0.2',
  localAsn: 65001,
  peerAsn: 65002,
  routerId: '10.0.0.1',
}

let clock: HandClock
let router: FakeRouter
let told: string[]
beforeEach(() => {
  clock = new HandClock()
  router = new FakeRouter()
  told = []
})

const sessionWith = (more: Partial<PeerOptions> = {}, random = () => 0): PeerSession => {
  const owner: SessionOwner = {
    restart: { isRestarting: false, isForwarding: true },
    established: () => told.push('established'),
    lost: () => told.push('lost'),
    updated: ({ fault }) => told.push(fault === undefined ? 'updated' : 'faulty'),
    asked: (_, family) => told.push(`asked for ${family}`),
    drained: () => told.push('drained'),
    ended: ({ by, text }) => told.push(`${by}: ${text}`),
    sentNotice: () => undefined,
    receivedNotice: () => undefined,
  }
  return new PeerSession(owner, { peer: parsePeers([{ ...OPTIONS, ...more }])[0]!, sockets: router, clock, random })
}
const started = (more: Partial<PeerOptions> = {}): PeerSession => {
  const session = sessionWith(more)
  session.start()
  return session
}
const KEEPALIVE = { type: 'keepalive' } as const
const types = (socket: FakeSocket) => socket.heard().map(({ type }) => type)
/** The NOTIFICATION that a router has heard last. */
const notice = (socket: FakeSocket): string | undefined => {
  const last = socket.heard().at(-1)
  return last?.type === 'notification' ? noticeText(last.notice) : last?.type
}
/** The socket goes, as it does when the other side has read what was said. */
const gone = (socket: FakeSocket) => socket.close()

test('a session goes from Idle by Connect, OpenSent and OpenConfirm to Established', () => {
  const session = sessionWith()
  assert.equal(session.state, 'Idle')
  session.start()
  assert.equal(session.state, 'Connect')
  router.last.connect()
  assert.equal(session.state, 'OpenSent')
  const [open, ...more] = router.last.heard()
  assert.deepEqual(more, [])
  assert.deepEqual(open, {
    type: 'open',
    asn: 65001,
    holdSeconds: 90,
    identifier: 0x0a000001,
    capabilities: {
      families: ['IPv4'],
      fourOctetAs: 65001,
      routeRefresh: true,
      gracefulRestart: { isRestarting: false, seconds: 120, families: [{ family: 'IPv4', isForwarding: true }] },
    },
  })
  router.last.say(openOf())
  assert.equal(session.state, 'OpenConfirm')
  assert.deepEqual(types(router.last), ['keepalive'])
  router.last.say(KEEPALIVE)
  clock.advance(60_000)
  assert.equal(session.state, 'Established')
  assert.deepEqual(told, ['established'])
})

test('the shorter hold time counts, and a third of it, less some jitter, is between two KEEPALIVEs', () => {
  const session = started()
  establish(router.last, openOf({ holdSeconds: 30 }))
  clock.advance(9_999)
  assert.deepEqual(types(router.last), [])
  clock.advance(1)
  assert.deepEqual(types(router.last), ['keepalive'])
  clock.advance(20_000)
  assert.equal(notice(router.last), 'Hold Timer Expired (4/0)')
  assert.equal(session.state, 'Idle')
  assert.equal(router.last.isEnded, true)
  assert.match(told.at(-1)!, /^us: we said Hold Timer Expired/)
})

test('a keepalive time that is configured is kept where the hold time allows it', () => {
  started({ keepaliveSeconds: 5 })
  establish(router.last)
  clock.advance(5_000)
  assert.deepEqual(types(router.last), ['keepalive'])
  const session = sessionWith({}, () => 1)
  session.start()
  establish(router.last)
  clock.advance(22_499)
  assert.deepEqual(types(router.last), [])
  clock.advance(1)
  assert.deepEqual(types(router.last), ['keepalive'], 'jitter takes no more than a quarter off')
})

test('each KEEPALIVE and each UPDATE of the peer begins the hold time anew, and a ROUTE-REFRESH does not', () => {
  const session = started()
  establish(router.last)
  const update: Message = { type: 'update', unreach: [], reach: [], attributes: undefined }
  for (const message of [KEEPALIVE, update]) {
    clock.advance(89_000)
    router.last.say(message)
  }
  clock.advance(89_000)
  assert.equal(session.state, 'Established')
  router.last.say({ type: 'routeRefresh', family: 'IPv4' })
  assert.ok(told.includes('asked for IPv4'))
  clock.advance(1_000)
  assert.equal(session.state, 'Idle')
})

test('a peer with a hold time of 0 is waited for without end, and told nothing of us', () => {
  const session = started()
  establish(router.last, openOf({ holdSeconds: 0 }))
  clock.advance(10_000_000)
  assert.equal(session.state, 'Established')
  assert.deepEqual(types(router.last), [])
})

test('what a peer has sent while this process stood still counts before its hold time does', () => {
  const session = started()
  establish(router.last)
  clock.after(90_000, () => router.last.say(KEEPALIVE))
  clock.sleep(100_000)
  clock.advance(0)
  assert.equal(session.state, 'Established')
})

test('half a message shows that a peer is there, though only once', () => {
  const session = started()
  const socket = establish(router.last)
  clock.after(90_000, () => socket.sayOctets(new Uint8Array(9).fill(0xff)))
  clock.advance(90_000)
  assert.equal(session.state, 'Established')
  clock.advance(90_000)
  assert.equal(notice(socket), 'Hold Timer Expired (4/0)')
})

test('a peer that says nothing after it has connected is told so after four minutes', () => {
  started()
  router.last.connect()
  clock.advance(239_999)
  assert.equal(notice(router.last), 'open')
  clock.advance(1)
  assert.equal(notice(router.last), 'Hold Timer Expired (4/0)')
})

const REFUSED: readonly (readonly [string, readonly (Message | Uint8Array)[], string, Partial<PeerOptions>?])[] = [
  ['of another AS', [openOf({ asn: 65009 })], 'OPEN Message Error/Bad Peer AS (2/2)'],
  [
    'with our identifier in our AS',
    [openOf({ asn: 65001, identifier: 0x0a000001 })],
    'OPEN Message Error/Bad BGP Identifier (2/3)',
    { peerAsn: 65001 },
  ],
  [
    'that begins with a KEEPALIVE',
    [KEEPALIVE],
    'Finite State Machine Error/Receive Unexpected Message in OpenSent (5/1)',
  ],
  ['that says OPEN twice', [openOf(), openOf()], 'Finite State Machine Error/in OpenConfirm (5/2)'],
  [
    'that says OPEN when all is set',
    [openOf(), KEEPALIVE, openOf()],
    'Finite State Machine Error/in Established (5/3)',
  ],
  ['that speaks HTTP', [Buffer.from('HTTP/1.1 200 OK')], 'Message Header Error/Connection Not Synchronized (1/1)'],
]

for (const [name, messages, answer, more] of REFUSED)
  test(`a peer ${name} is told ${answer}`, () => {
    const session = started(more)
    router.last.connect()
    for (const message of messages) {
      if (message instanceof Uint8Array) router.last.sayOctets(message)
      else router.last.say(message)
    }
    assert.equal(notice(router.last), answer)
    assert.equal(session.state, 'Idle')
    assert.equal(router.last.isEnded, true)
  })

test('an identifier like ours is another one in another AS (RFC 6286)', () => {
  const session = started()
  establish(router.last, openOf({ identifier: 0x0a000001 }))
  assert.equal(session.state, 'Established')
})

test('nothing is said or heard after a NOTIFICATION, and the socket goes though the peer keeps it', () => {
  started()
  establish(router.last)
  router.last.say({ type: 'notification', notice: errorNotice(6, 4) }, KEEPALIVE)
  assert.deepEqual(told, ['established', 'lost', 'peer: the peer said Cease/Administrative Reset (6/4)'])
  assert.deepEqual(types(router.last), [])
  assert.equal(router.last.isDestroyed, false)
  clock.advance(2_000)
  assert.equal(router.calls[0]!.isDestroyed, true)
  assert.equal(told.length, 3)
})

test('attempts come at longer and longer intervals, no longer than what is configured', () => {
  const session = started({ connectRetrySeconds: 5 })
  const waits: number[] = []
  for (let turn = 0; turn < 6; turn++) {
    router.last.close(new Error('ECONNREFUSED'))
    assert.equal(session.state, 'Active')
    const before = clock.now()
    clock.settle(1)
    waits.push(clock.now() - before)
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 2_500, 2_500, 2_500], 'of each a random half may be off')
  assert.equal(told[0], 'network: ECONNREFUSED')
})

test('a connection that nobody answers is given up and begun anew', () => {
  const session = started({ connectRetrySeconds: 5 })
  clock.advance(4_999)
  assert.equal(router.last.isDestroyed, false)
  clock.advance(1)
  assert.equal(router.last.isDestroyed, true)
  assert.equal(session.state, 'Active')
  assert.deepEqual(told, ['network: the peer does not answer'])
  clock.advance(500)
  assert.equal(router.calls.length, 2)
  router.calls[0]!.connect()
  assert.equal(session.state, 'Connect', 'what was given up is not taken up again')
})

test('what the kernel refuses at once is a failed attempt', () => {
  router.refusal = new Error('SOCKET_FAILED: bind: EADDRNOTAVAIL')
  const session = started()
  assert.deepEqual([session.state, told], ['Active', ['us: SOCKET_FAILED: bind: EADDRNOTAVAIL']])
  router.refusal = undefined
  clock.advance(500)
  assert.equal(session.state, 'Connect')
})

test('a session that lasted is begun anew at once, and one that ends again and again is not', () => {
  started()
  const waits: number[] = []
  for (const lasted of [0, 0, 0, 30_000]) {
    establish(router.last)
    clock.advance(lasted)
    gone(router.last)
    waits.push(clock.next!)
    clock.advance(clock.next!)
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 500])
})

test('a passive session never connects, and takes connections until it is stopped', async () => {
  const session = started({ isPassive: true })
  clock.advance(1_000_000)
  assert.deepEqual([session.state, router.calls.length], ['Active', 0])
  const socket = new FakeSocket()
  session.accept(socket)
  establish(socket)
  assert.equal(session.state, 'Established')
  gone(socket)
  assert.equal(session.state, 'Idle')
  const early = new FakeSocket()
  session.accept(early)
  assert.equal(early.isDestroyed, true, 'in Idle nobody is let in')
  clock.advance(500)
  assert.equal(session.state, 'Active')
  await session.stop(undefined)
  const late = new FakeSocket()
  session.accept(late)
  assert.equal(late.isDestroyed, true)
})

/** Both sides connect at once; ours and the router's get their OPEN in an order. */
const collide = (identifier: number, order: 'ours first' | 'theirs first', more: Partial<Open> = {}) => {
  const session = started()
  const ours = router.last
  ours.connect()
  const theirs = new FakeSocket()
  session.accept(theirs)
  const [first, second] = order === 'ours first' ? [ours, theirs] : [theirs, ours]
  first.say(openOf({ identifier, ...more }))
  second.say(openOf({ identifier, ...more }))
  return { session, ours, theirs }
}
const COLLISION = 'Cease/Connection Collision Resolution (6/7)'

for (const order of ['ours first', 'theirs first'] as const) {
  test(`of two connections the one stays that the greater identifier has begun (${order})`, () => {
    const high = collide(0x0a000002, order)
    assert.equal(notice(high.ours), COLLISION)
    high.theirs.say(KEEPALIVE)
    assert.equal(high.session.state, 'Established')
    assert.equal(high.theirs.isEnded, false)
  })

  test(`ours stays where our identifier is the greater one (${order})`, () => {
    const low = collide(0x09000002, order)
    assert.equal(notice(low.theirs), COLLISION)
    low.ours.say(KEEPALIVE)
    assert.equal(low.session.state, 'Established')
    gone(low.theirs)
    assert.equal(low.session.state, 'Established', 'the end of the other one changes nothing')
    clock.advance(60_000)
    assert.equal(router.calls.length, 1, 'and nothing is begun for it')
  })
}

test('between equal identifiers the greater AS decides (RFC 6286)', () => {
  const { ours, theirs } = collide(0x0a000001, 'ours first')
  assert.equal(notice(ours), COLLISION)
  assert.equal(theirs.isEnded, false)
})

test('a connection beside one that is established is refused, and an attempt of ours is given up', () => {
  const session = started()
  const calling = router.last
  const theirs = new FakeSocket()
  session.accept(theirs)
  establish(theirs)
  assert.equal(calling.isDestroyed, true)
  const again = new FakeSocket()
  session.accept(again)
  again.say(openOf())
  assert.equal(notice(again), COLLISION)
  assert.deepEqual([session.state, theirs.isEnded], ['Established', false])
})

test('a peer that restarts gracefully may come back before its old connection is known to be dead', () => {
  const restarting = openOf({ capabilities: { gracefulRestart: { isRestarting: true, seconds: 9, families: [] } } })
  const session = started()
  const old = establish(router.last, restarting)
  const again = new FakeSocket()
  session.accept(again)
  again.say(restarting)
  assert.deepEqual(types(old), [], 'without a word')
  assert.equal(old.isEnded, true)
  again.say(KEEPALIVE)
  assert.equal(session.state, 'Established')
  assert.deepEqual(told, ['established', 'lost', 'us: the peer has connected anew', 'established'])
})

test('a peer that connects twice has given up its first connection', () => {
  const session = started({ isPassive: true })
  const [first, second] = [new FakeSocket(), new FakeSocket()]
  session.accept(first)
  session.accept(second)
  assert.equal(notice(first), COLLISION)
  establish(second)
  assert.equal(session.state, 'Established')
})

test('a stop without a word closes, one with a notice says it, and neither begins anything', async () => {
  for (const words of [undefined, errorNotice(6, 2)]) {
    const session = started()
    establish(router.last)
    const stopped = session.stop(words)
    assert.equal(notice(router.last), words && 'Cease/Administrative Shutdown (6/2)')
    assert.equal(router.last.isEnded, true)
    gone(router.last)
    await stopped
    const calls = router.calls.length
    clock.advance(1_000_000)
    assert.deepEqual([session.state, router.calls.length], ['Idle', calls])
  }
})

test('a stop while it connects gives that up', async () => {
  const session = started()
  await session.stop(errorNotice(6, 2))
  assert.equal(router.last.isDestroyed, true)
  clock.advance(1_000_000)
  assert.equal(router.calls.length, 1)
})

test('a peer that reads nothing for eight minutes is given up (RFC 9687), and one that does in time is not', () => {
  for (const reads of [true, false]) {
    told = []
    const session = started()
    const socket = establish(router.last)
    socket.isFull = true
    for (let minute = 1; minute < 9; minute++) {
      clock.advance(60_000)
      if (minute === 7 && reads) socket.drain()
      socket.say(KEEPALIVE)
    }
    clock.advance(29_999)
    assert.equal(session.state, 'Established')
    assert.deepEqual(told, reads ? ['established', 'drained'] : ['established'])
    clock.advance(1)
    assert.equal(session.state, reads ? 'Established' : 'Idle')
    assert.equal(notice(socket), reads ? 'keepalive' : 'Send Hold Timer Expired (8/0)')
    void session.stop(undefined)
  }
})

test('an UPDATE with a fault is told of, and the session stays', () => {
  const session = started()
  establish(router.last)
  router.last.say({
    type: 'update',
    unreach: [],
    reach: [{ family: 'IPv4', nextHops: [Uint8Array.of(10, 0, 0, 2)], prefixes: [], isMultiprotocol: true }],
    attributes: undefined,
  })
  assert.deepEqual([told.at(-1), session.state], ['faulty', 'Established'])
})
