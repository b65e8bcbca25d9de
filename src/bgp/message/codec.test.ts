import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { familyBits, fromBytes, type IpFamily } from '#net/ip-address.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import type { UpdateContext } from './decode-attributes.ts'
import { frame, HEADER_SIZE, MessageFramer } from './frame.ts'
import type { AsSegment, LargeCommunity, Message, Open, PathAttributes, Update } from './message.ts'
import { BgpMessageError } from './message-error.ts'

/** Octets as they come from a peer, to the messages that they are. */
const decodeAll = (octets: Uint8Array, context: UpdateContext): readonly Message[] => {
  const framer = new MessageFramer()
  framer.push(octets)
  const messages: Message[] = []
  for (let next = framer.next(); next !== undefined; next = framer.next()) messages.push(decodeMessage(next, context))
  return messages
}
const roundTrip = (message: Message, context: UpdateContext): void =>
  assert.deepEqual(decodeAll(encodeMessage(message, context), context), [message])

/** Objects as code makes them: `deepEqual` looks at their prototypes. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true })

const long = fc.integer({ min: 0, max: 0xffff_ffff })
const word = fc.integer({ min: 0, max: 0xffff })
const family = fc.constantFrom<IpFamily>('IPv4', 'IPv6')
const contexts = record({ isFourOctet: fc.boolean(), isInternal: fc.boolean() })

const opens: fc.Arbitrary<Open> = record({
  asn: fc.integer({ min: 1, max: 0xffff_ffff }),
  holdSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 3, max: 0xffff })),
  identifier: fc.integer({ min: 1, max: 0xffff_ffff }),
  families: fc.uniqueArray(family),
  routeRefresh: fc.boolean(),
  gracefulRestart: fc.option(
    record({
      isRestarting: fc.boolean(),
      seconds: fc.integer({ min: 0, max: 4095 }),
      families: fc.array(record({ family, isForwarding: fc.boolean() }), { maxLength: 2 }),
    }),
    { nil: undefined },
  ),
}).map(({ asn, holdSeconds, identifier, ...capabilities }) => ({
  type: 'open',
  asn,
  holdSeconds,
  identifier,
  capabilities: { ...capabilities, fourOctetAs: asn },
}))

const prefixOf = (of: IpFamily) =>
  fc
    .tuple(fc.uint8Array({ minLength: familyBits(of) / 8, maxLength: familyBits(of) / 8 }), fc.nat(familyBits(of)))
    .map(([octets, prefix]) => {
      const { value } = fromBytes(octets)
      const rest = BigInt(familyBits(of) - prefix)
      return { address: { family: of, value: (value >> rest) << rest }, prefix }
    })
const octets = (count: number) => fc.uint8Array({ minLength: count, maxLength: count })

/** Sets and sequences: those of confederations do not go by AS4_PATH. */
const paths = fc.array(
  record<AsSegment>({
    type: fc.constantFrom('set', 'sequence'),
    asns: fc.array(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 9 }),
  }),
  { maxLength: 3 },
)
const attributesIn = ({ isInternal }: UpdateContext): fc.Arbitrary<PathAttributes> =>
  record({
    origin: fc.constantFrom('igp', 'egp', 'incomplete') as fc.Arbitrary<PathAttributes['origin']>,
    asPath: paths,
    med: fc.option(long, { nil: undefined }),
    localPreference: isInternal ? long : fc.constant(undefined),
    communities: fc.array(long, { maxLength: 90 }),
    largeCommunities: fc.array(fc.tuple(long, long, long) as fc.Arbitrary<LargeCommunity>, { maxLength: 30 }),
  }).map(({ med, localPreference, ...rest }) => ({
    ...rest,
    ...(med !== undefined && { med }),
    ...(localPreference !== undefined && { localPreference }),
  }))
const some = (of: IpFamily) => fc.array(prefixOf(of), { minLength: 1, maxLength: 40 })
const updates = contexts.chain((context) =>
  fc.tuple(
    fc.constant(context),
    record({
      attributes: attributesIn(context),
      gone: fc.option(some('IPv4')),
      gone6: fc.option(some('IPv6')),
      plain: fc.option(record({ nextHop: octets(4), prefixes: some('IPv4') })),
      more: fc.option(
        fc.oneof(
          record({
            family: fc.constant('IPv6' as const),
            hop: octets(16),
            local: fc.option(octets(16)),
            prefixes: some('IPv6'),
          }),
          record({
            family: fc.constant('IPv4' as const),
            hop: octets(4),
            local: fc.constant(null),
            prefixes: some('IPv4'),
          }),
        ),
      ),
    }).map(({ attributes, gone, gone6, plain, more }): Update => {
      const reach: Update['reach'] = [
        ...(plain
          ? [{ family: 'IPv4' as const, nextHops: [plain.nextHop], prefixes: plain.prefixes, isMultiprotocol: false }]
          : []),
        ...(more
          ? [
              {
                family: more.family,
                nextHops: more.local ? [more.hop, more.local] : [more.hop],
                prefixes: more.prefixes,
                isMultiprotocol: true,
              },
            ]
          : []),
      ]
      const unreach: Update['unreach'] = [
        ...(gone ? [{ family: 'IPv4' as const, prefixes: gone, isMultiprotocol: false }] : []),
        ...(gone6 ? [{ family: 'IPv6' as const, prefixes: gone6, isMultiprotocol: true }] : []),
      ]
      const isEmpty = reach.length + unreach.length === 0
      return {
        type: 'update',
        reach,
        unreach: isEmpty ? [{ family: 'IPv4', prefixes: [], isMultiprotocol: false }] : unreach,
        attributes: reach.length > 0 ? attributes : undefined,
      }
    }),
  ),
)

test('an OPEN comes back as it was', () => {
  fc.assert(fc.property(opens, contexts, roundTrip))
})

test('an UPDATE comes back as it was, to a peer of two octets too', () => {
  fc.assert(
    fc.property(updates, ([context, update]) => roundTrip(update, context)),
    { numRuns: 300 },
  )
})

test('NOTIFICATION, KEEPALIVE and ROUTE-REFRESH come back as they were', () => {
  const data = fc.uint8Array({ maxLength: 60 })
  fc.assert(
    fc.property(fc.nat(255), fc.nat(255), data, family, contexts, (code, subcode, data, family, context) => {
      roundTrip({ type: 'notification', notice: { code, subcode, data } }, context)
      roundTrip({ type: 'routeRefresh', family }, context)
      roundTrip({ type: 'keepalive' }, context)
    }),
  )
})

/** Decodes, or gives the notice of the error: anything else is thrown on. */
const outcome = (octets: Uint8Array, context: UpdateContext) => {
  try {
    return { messages: decodeAll(octets, context) }
  } catch (error) {
    assert.ok(error instanceof BgpMessageError, String(error))
    assert.equal(error.code, 'BGP_MESSAGE_INVALID')
    const { code, data } = error.notice
    assert.ok(code >= 1 && code <= 3 && data.length <= 4096, `${code}`)
    return { notice: error.notice }
  }
}

test('any octets in a frame are a message or an error that a NOTIFICATION can tell', () => {
  const body = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), body, contexts, (type, octets, context) => {
      outcome(frame(type, octets), context)
    }),
    { numRuns: 3000 },
  )
})

test('any octets at all end a stream with an error or wait for more', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), contexts, (octets, context) => void outcome(octets, context)),
    { numRuns: 500 },
  )
})

test('a right message with octets changed, cut off or put in is a message or an error', () => {
  const change = record({ at: fc.nat(), to: fc.nat(255), how: fc.constantFrom('set', 'cut', 'insert') })
  fc.assert(
    fc.property(updates, fc.array(change, { minLength: 1, maxLength: 4 }), ([context, update], changes) => {
      const body = [...encodeMessage(update, context).subarray(HEADER_SIZE)]
      for (const { at, to, how } of changes) {
        const index = at % body.length || 0
        if (how === 'set') body[index] = to
        else body.splice(index, how === 'cut' ? 1 : 0, ...(how === 'cut' ? [] : [to]))
      }
      if (body.length <= 4096 - HEADER_SIZE) outcome(frame(2, Uint8Array.from(body)), context)
    }),
    { numRuns: 2000 },
  )
})

test('a stream is the same messages however it is cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(updates, { maxLength: 4 }), fc.array(word, { minLength: 1 }), (list, cuts) => {
      const context = { isFourOctet: true, isInternal: true }
      const messages = list.map(
        ([, { unreach }]): Update => ({ type: 'update', unreach, reach: [], attributes: undefined }),
      )
      const stream = Buffer.concat(messages.map((message) => encodeMessage(message, context)))
      const framer = new MessageFramer()
      const sizes: number[] = []
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = 1 + (cuts[turn % cuts.length]! % 50)
        framer.push(stream.subarray(at, at + size))
        at += size
        for (let next = framer.next(); next; next = framer.next()) sizes.push(next.body.length + HEADER_SIZE)
      }
      assert.deepEqual(
        sizes,
        messages.map((message) => encodeMessage(message, context).length),
      )
    }),
  )
})
