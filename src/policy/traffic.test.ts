import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ALL,
  common,
  holds,
  isNothing,
  minus,
  NONE,
  PROTOCOLS,
  portsOf,
  sameTraffic,
  type Traffic,
  union,
  unionOf,
} from './traffic.ts'

const span = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 6 }))
  .map(([first, more]) => [first, first + more] as const)
const some = fc
  .record({
    spans: fc.array(fc.tuple(fc.constantFrom(...PROTOCOLS), span), { maxLength: 4 }),
    others: fc.boolean(),
    all: fc.boolean(),
  })
  .map(({ spans, others, all }) =>
    spans.reduce<Traffic>((sum, [protocol, [first, last]]) => union(sum, portsOf(protocol, first, last)), {
      ...(all ? portsOf('UDP') : NONE),
      others,
    }),
  )
/** Every packet that differs for these. */
const packets = [
  ...PROTOCOLS.flatMap((protocol) =>
    [...Array.from({ length: 20 }, (_, port) => port), 65535].map((port) => ({ protocol, port })),
  ),
  { protocol: undefined, port: 0 },
]
const members = (traffic: Traffic) => packets.map(({ protocol, port }) => holds(traffic, protocol, port))

test('union, difference and intersection hold what sets of packets would', () => {
  fc.assert(
    fc.property(some, some, (left, right) => {
      const [one, other] = [members(left), members(right)]
      assert.deepEqual(
        members(union(left, right)),
        one.map((is, index) => is || other[index]),
      )
      assert.deepEqual(
        members(minus(left, right)),
        one.map((is, index) => is && !other[index]),
      )
      assert.deepEqual(
        members(common(left, right)),
        one.map((is, index) => is && other[index]),
      )
    }),
  )
})

test('spans are sorted, and neither overlap nor touch, so that equal sets have equal spans', () => {
  fc.assert(
    fc.property(some, some, (left, right) => {
      const sum = union(left, right)
      for (const protocol of PROTOCOLS)
        for (const [index, [first, last]] of sum[protocol].entries()) {
          assert.ok(first <= last)
          const next = sum[protocol][index + 1]
          assert.ok(next === undefined || last + 1 < next[0], `${protocol} ${JSON.stringify(sum[protocol])}`)
        }
      assert.equal(sameTraffic(minus(sum, NONE), sum), true)
      assert.equal(sameTraffic(left, right), members(left).join() === members(right).join())
    }),
  )
})

const isAll = (traffic: Traffic): boolean => sameTraffic(traffic, ALL)

test('nothing and everything are known as such, however they came to be', () => {
  assert.deepEqual([isNothing(NONE), isNothing(ALL), isAll(NONE), isAll(ALL)], [true, false, false, true])
  const ports = PROTOCOLS.reduce<Traffic>((sum, protocol) => union(sum, portsOf(protocol)), NONE)
  assert.deepEqual([isAll(ports), isAll({ ...ports, others: true })], [false, true])
  assert.equal(isNothing(minus(ports, ALL)), true)
  assert.equal(isNothing({ ...NONE, others: true }), false)
  assert.equal(isNothing(portsOf('SCTP', 80, 80)), false)
  assert.equal(isAll(minus(ALL, portsOf('TCP', 80, 80))), false)
})

test('a protocol without a port is all its ports, and no other’s', () => {
  assert.deepEqual([holds(portsOf('UDP'), 'UDP', 0), holds(portsOf('UDP'), 'UDP', 65535)], [true, true])
  assert.deepEqual([holds(portsOf('UDP'), 'TCP', 53), holds(portsOf('UDP'), undefined, 0)], [false, false])
  assert.deepEqual(
    [79, 80, 90, 91].map((port) => holds(portsOf('TCP', 80, 90), 'TCP', port)),
    [false, true, true, false],
  )
})

test('ports are 0 to 65535, and what is left of some has no span that holds none', () => {
  assert.deepEqual(
    [portsOf('TCP').TCP, portsOf('TCP', 0, 65535).TCP, ALL.SCTP],
    [[[0, 65535]], [[0, 65535]], [[0, 65535]]],
  )
  assert.deepEqual([portsOf('TCP', 0, 9).TCP, portsOf('TCP', 9, 65535).TCP], [[[0, 9]], [[9, 65535]]])
  const of = (...spans: readonly (readonly [number, number])[]) =>
    spans.reduce<Traffic>((sum, [first, last]) => union(sum, portsOf('TCP', first, last)), NONE)
  assert.deepEqual(minus(of([80, 90]), of([80, 85])), of([86, 90]))
  assert.deepEqual(minus(of([80, 90]), of([85, 90])), of([80, 84]))
  assert.deepEqual(minus(of([80, 90]), of([80, 90])), NONE)
  assert.deepEqual(minus(of([80, 90]), of([82, 83], [85, 86])), of([80, 81], [84, 84], [87, 90]))
  assert.deepEqual(minus(ALL, of([80, 80])).TCP, [
    [0, 79],
    [81, 65535],
  ])
})

test('two are the same where all their spans are, however they came to be', () => {
  const of = (second: readonly [number, number], others = false): Traffic => ({
    ...union(portsOf('TCP', 1, 2), portsOf('TCP', ...second)),
    others,
  })
  assert.equal(sameTraffic(of([5, 6]), of([5, 6])), true)
  for (const other of [
    of([5, 7]),
    of([4, 6]),
    of([5, 6], true),
    portsOf('TCP', 1, 2),
    union(of([5, 6]), portsOf('UDP')),
  ])
    assert.deepEqual([sameTraffic(of([5, 6]), other), sameTraffic(other, of([5, 6]))], [false, false])
})

test('the union of many is that of each with the next', () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 6 }), (all) => {
      assert.ok(sameTraffic(unionOf(all), all.reduce(union, NONE)))
    }),
  )
  assert.equal(unionOf([portsOf('TCP', 1, 2), ALL, NONE]), ALL)
})
