import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCidr, parseCidr } from '#net/cidr.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { frame, MessageFramer } from './frame.ts'
import type { Capabilities, Message, Update } from './message.ts'
import { BgpMessageError } from './message-error.ts'

const external = { isFourOctet: true, isInternal: false }
const internal = { isFourOctet: true, isInternal: true }

/** `code/subcode data` of the NOTIFICATION that answers, or undefined. */
const answerTo = (octets: readonly number[], context = external): string | undefined => {
  const framer = new MessageFramer()
  framer.push(Uint8Array.from(octets))
  try {
    for (let next = framer.next(); next !== undefined; next = framer.next()) decodeMessage(next, context)
    return undefined
  } catch (error) {
    assert.ok(error instanceof BgpMessageError)
    const { code, subcode, data } = error.notice
    return `${code}/${subcode} ${data.join(' ')}`.trim()
  }
}
const framed = (type: number, ...body: number[]) => [...frame(type, Uint8Array.from(body))]
const decoded = (body: readonly number[], context = external): Update =>
  decodeMessage({ type: 2, body: Uint8Array.from(body) }, context) as Update

test('a header that is wrong is told by its kind, with the octets that RFC 4271 section 6.1 wants', () => {
  const keepalive = framed(4)
  assert.equal(answerTo(keepalive), undefined)
  assert.equal(answerTo([0xff, 0xfe]), '1/1')
  assert.equal(answerTo(keepalive.with(16, 0).with(17, 18)), '1/2 0 18')
  assert.equal(answerTo(keepalive.with(16, 0x10).with(17, 1)), '1/2 16 1')
  assert.equal(answerTo(framed(2, 0, 0, 0, 0).with(16, 0x10).with(17, 1)), '1/2 16 1')
  assert.equal(answerTo(keepalive.with(17, 20)), '1/2 0 20')
  assert.equal(answerTo(framed(1)), '1/2 0 19')
  assert.equal(answerTo(framed(2, 0, 0, 0)), '1/2 0 22')
  assert.equal(answerTo(framed(3, 6)), '1/2 0 20')
  assert.equal(answerTo(framed(5, 0, 1, 0, 1, 0)), '1/2 0 24')
  assert.equal(answerTo(framed(6)), '1/3 6')
  assert.equal(answerTo(framed(0)), '1/3 0')
})

test('an OPEN that is wrong is told by its kind', () => {
  const open = [4, 0xfd, 0xe8, 0, 90, 10, 0, 0, 1, 0]
  assert.equal(answerTo(framed(1, ...open)), undefined)
  assert.equal(answerTo(framed(1, ...open.with(0, 3))), '2/1 0 4')
  assert.equal(answerTo(framed(1, ...open.with(1, 0).with(2, 0))), '2/2')
  assert.equal(answerTo(framed(1, ...open.with(5, 0).with(8, 0))), '2/3')
  for (const hold of [1, 2]) assert.equal(answerTo(framed(1, ...open.with(4, hold))), '2/6')
  assert.equal(answerTo(framed(1, ...open.with(9, 3), 1, 1, 0)), '2/4')
  assert.equal(answerTo(framed(1, ...open.with(9, 1), 2)), '2/0')
  assert.equal(answerTo(framed(1, ...open.with(9, 5), 2, 2, 65, 4, 0)), '2/0')
  assert.equal(answerTo(framed(1, ...open, 0)), '2/0', 'octets behind its parameters')
})

test('bits of a graceful restart stand where RFC 4724 has them, and an OPEN may say nothing of capabilities', () => {
  const families = [{ family: 'IPv4', isForwarding: true }] as const
  const gracefulRestart = { isRestarting: true, seconds: 120, families }
  const none = { families: [], fourOctetAs: undefined, routeRefresh: false, gracefulRestart: undefined }
  const open = { type: 'open', asn: 65001, holdSeconds: 90, identifier: 1 } as const
  const octets = (capabilities: Capabilities) => [...encodeMessage({ ...open, capabilities }, external).subarray(28)]
  assert.deepEqual(octets({ ...none, gracefulRestart }), [10, 2, 8, 64, 6, 0x80, 120, 0, 1, 1, 0x80])
  assert.deepEqual(octets(none), [0])
})

test('parameters with lengths of two octets are read (RFC 9072)', () => {
  const capability = [65, 4, 0xfa, 0x56, 0xea, 0x01]
  const body = [4, 0x5b, 0xa0, 0, 90, 10, 0, 0, 1, 255, 255, 0, 9, 2, 0, 6, ...capability]
  const open = decodeMessage({ type: 1, body: Uint8Array.from(body) }, external)
  assert.equal(open.type === 'open' && open.asn, 4200000001)
})

test('a peer that says nothing of capabilities has AS numbers of two octets and no family of its own', () => {
  const open = decodeMessage({ type: 1, body: Uint8Array.of(4, 0xfd, 0xe8, 0, 0, 10, 0, 0, 1, 0) }, external)
  assert.deepEqual(open, {
    type: 'open',
    asn: 65000,
    holdSeconds: 0,
    identifier: 0x0a000001,
    capabilities: { families: [], fourOctetAs: undefined, routeRefresh: false, gracefulRestart: undefined },
  })
})

const ORIGIN = [0x40, 1, 1, 0]
const AS_PATH = [0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9]
const NEXT_HOP = [0x40, 3, 4, 10, 0, 0, 2]
const LOCAL_PREF = [0x40, 5, 4, 0, 0, 0, 100]
const NLRI = [24, 192, 0, 2]
const REACH = [
  0x80,
  14,
  5 + 16 + 9,
  0,
  2,
  1,
  16,
  ...Array.from({ length: 16 }, () => 1),
  0,
  64,
  0x20,
  1,
  0xd,
  0xb8,
  0,
  0,
  0,
  0,
]
const UNREACH = [0x80, 15, 4, 0, 2, 1, 0]

/** An UPDATE that announces 192.0.2.0/24 with these attributes. */
const update = (...attributes: readonly (readonly number[])[]) => {
  const list = attributes.flat()
  return [0, 0, list.length >> 8, list.length & 255, ...list, ...NLRI]
}

test('an UPDATE whose routes cannot be told apart ends the session', () => {
  const end = (body: readonly number[], context = external) => answerTo(framed(2, ...body), context)
  assert.equal(end(update(ORIGIN, AS_PATH, NEXT_HOP)), undefined)
  assert.equal(end([0, 9, 0, 0]), '3/1', 'the withdrawn routes are longer than the message')
  assert.equal(end([0, 0, 0, 9]), '3/1', 'the attributes are longer than the message')
  assert.equal(end([0, 1, 33, 0, 0]), '3/10')
  assert.equal(end([0, 0, 0, 0, 33]), '3/10')
  assert.equal(end([0, 0, 0, 0, 24, 192, 0]), '3/10')
  assert.equal(end(update(ORIGIN, UNREACH, UNREACH)), '3/1')
  assert.equal(end(update(ORIGIN, REACH, REACH)), '3/1')
  assert.equal(end(update([0x40, 77, 1, 5])), '3/2 64 77 1 5')
  assert.equal(end(update([0x80, 15, 2, 0, 2])), '3/9 128 15 2 0 2')
  assert.equal(end(update([0x80, 14, 6, 0, 2, 1, 1, 9, 0])), '3/9 128 14 6 0 2 1 1 9 0')
  assert.equal(end(update([0x80, 15, 4, 0, 2, 1, 129])), '3/10')
})

const MALFORMED: readonly (readonly [string, readonly number[], typeof external?])[] = [
  ['no ORIGIN', update(AS_PATH, NEXT_HOP)],
  ['no AS_PATH', update(ORIGIN, NEXT_HOP)],
  ['no NEXT_HOP', update(ORIGIN, AS_PATH)],
  ['no LOCAL_PREF inside an AS', update(ORIGIN, AS_PATH, NEXT_HOP), internal],
  ['an ORIGIN of two octets', update([0x40, 1, 2, 0, 0], AS_PATH, NEXT_HOP)],
  ['an ORIGIN that is none', update([0x40, 1, 1, 3], AS_PATH, NEXT_HOP)],
  ['an ORIGIN flagged as optional', update([0xc0, 1, 1, 0], AS_PATH, NEXT_HOP)],
  ['a segment of an unknown type', update(ORIGIN, [0x40, 2, 6, 9, 1, 0, 0, 0, 1], NEXT_HOP)],
  ['a segment without AS numbers', update(ORIGIN, [0x40, 2, 2, 2, 0], NEXT_HOP)],
  ['a segment that is cut off', update(ORIGIN, [0x40, 2, 6, 2, 2, 0, 0, 0, 1], NEXT_HOP)],
  ['an octet behind the segments', update(ORIGIN, [0x40, 2, 7, 2, 1, 0, 0, 0, 1, 2], NEXT_HOP)],
  ['a NEXT_HOP of three octets', update(ORIGIN, AS_PATH, [0x40, 3, 3, 1, 2, 3])],
  ['a MED of two octets', update(ORIGIN, AS_PATH, NEXT_HOP, [0x80, 4, 2, 0, 1])],
  ['a LOCAL_PREF of one octet', update(ORIGIN, AS_PATH, NEXT_HOP, [0x40, 5, 1, 0]), internal],
  ['communities of six octets', update(ORIGIN, AS_PATH, NEXT_HOP, [0xc0, 8, 6, 0, 1, 0, 2, 0, 3])],
  ['no community in the attribute', update(ORIGIN, AS_PATH, NEXT_HOP, [0xc0, 8, 0])],
  ['a large community of four octets', update(ORIGIN, AS_PATH, NEXT_HOP, [0xc0, 32, 4, 0, 1, 0, 2])],
  ['an extended community of four octets', update(ORIGIN, AS_PATH, NEXT_HOP, [0xc0, 16, 4, 0, 1, 0, 2])],
  ['an ORIGINATOR_ID of three octets', update(ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF, [0x80, 9, 3, 1, 2, 3]), internal],
  ['an empty CLUSTER_LIST', update(ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF, [0x80, 10, 0]), internal],
  ['an attribute longer than the list', update(ORIGIN, AS_PATH, NEXT_HOP, [0x80, 4, 9, 0])],
  ['half a head of an attribute', update(ORIGIN, AS_PATH, NEXT_HOP, [0x80, 4])],
]

for (const [name, body, context] of MALFORMED)
  test(`routes of an UPDATE with ${name} count as withdrawn, and the session goes on`, () => {
    const { reach, unreach, attributes, fault } = decoded(body, context)
    assert.deepEqual([reach, attributes], [[], undefined])
    assert.deepEqual(
      unreach.flatMap(({ prefixes }) => prefixes.map(formatCidr)),
      ['192.0.2.0/24'],
    )
    assert.ok(fault)
  })

test('what RFC 7606 discards leaves the routes as they are', () => {
  const right = [ORIGIN, AS_PATH, NEXT_HOP]
  for (const odd of [
    [0x40, 6, 1, 0],
    [0xc0, 7, 1, 0],
    [0xc0, 18, 1, 0],
    [0xc0, 17, 1, 9],
    [0x40, 5, 1, 0],
    [0x80, 9, 1, 0],
    [0x80, 10, 1, 0],
    [0xc0, 99, 2, 0, 0],
    [0x40, 1, 1, 9],
  ]) {
    const { reach, fault, attributes } = decoded(update(...right, odd))
    assert.equal(fault, undefined, String(odd))
    assert.deepEqual(attributes?.origin, 'igp')
    assert.deepEqual(reach.length, 1)
  }
})

test('routes of another family in the same message are withdrawn with it', () => {
  const { unreach } = decoded(update(REACH, AS_PATH, NEXT_HOP))
  assert.deepEqual(
    unreach.flatMap(({ family, prefixes }) => prefixes.map((prefix) => `${family} ${formatCidr(prefix)}`)),
    ['IPv4 192.0.2.0/24', 'IPv6 2001:db8::/64'],
  )
})

test('families and SAFIs that nobody agreed on are passed over', () => {
  const { reach, unreach } = decoded([0, 0, 0, 7, 0x80, 15, 4, 0, 2, 2, 9])
  assert.deepEqual([reach, unreach], [[], []])
})

test('bits behind a prefix are taken as zero', () => {
  const { unreach } = decoded([0, 3, 12, 0xac, 0x1f, 0, 0])
  assert.deepEqual(unreach[0]?.prefixes.map(formatCidr), ['172.16.0.0/12'])
})

test('a peer of two octets is told AS 23456 in AS_PATH and the AS in AS4_PATH', () => {
  const asPath = [{ type: 'sequence', asns: [4200000001, 65001] }] as const
  const message: Message = {
    type: 'update',
    unreach: [],
    reach: [
      {
        family: 'IPv4',
        nextHops: [Uint8Array.of(10, 0, 0, 1)],
        prefixes: [parseCidr('192.0.2.1/32')],
        isMultiprotocol: false,
      },
    ],
    attributes: { origin: 'igp', asPath, communities: [], largeCommunities: [] },
  }
  const octets = Buffer.from(encodeMessage(message, { isFourOctet: false, isInternal: false }))
  assert.ok(octets.includes(Buffer.of(0x40, 2, 6, 2, 2, 0x5b, 0xa0, 0xfd, 0xe9)))
  assert.ok(octets.includes(Buffer.of(0xc0, 17, 10, 2, 2, 0xfa, 0x56, 0xea, 0x01, 0, 0, 0xfd, 0xe9)))
  const small = {
    ...message,
    attributes: { ...message.attributes!, asPath: [{ type: 'sequence' as const, asns: [65001] }] },
  }
  assert.ok(!Buffer.from(encodeMessage(small, { isFourOctet: false, isInternal: false })).includes(Buffer.of(0xc0, 17)))
})

test('AS_PATH keeps what it has ahead of AS4_PATH, and stands alone where it is shorter (RFC 6793)', () => {
  const old = { isFourOctet: false, isInternal: false }
  const short = [0x40, 2, 8, 2, 3, 0, 7, 0x5b, 0xa0, 0xfd, 0xe9]
  const path = (as4: readonly number[]) =>
    decoded(update(ORIGIN, short, NEXT_HOP, [0xc0, 17, as4.length, ...as4]), old).attributes?.asPath
  assert.deepEqual(path([2, 2, 0xfa, 0x56, 0xea, 1, 0, 0, 0xfd, 0xe9]), [
    { type: 'sequence', asns: [7] },
    { type: 'sequence', asns: [4200000001, 65001] },
  ])
  assert.deepEqual(path([2, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]), [
    { type: 'sequence', asns: [7, 23456, 65001] },
  ])
})
