import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Ids } from './ids.ts'
import { WORD } from './rule.ts'
import type { Kind } from './ruleset/kinds.ts'

const pick = (count: number): Kind => ({ kind: 'pick', count, local: false })
const keys = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${index}`)

test('a service port keeps its id while it lives, and no other has it until it has rested for its affinity', () => {
  const ids = new Ids()
  const first = ids.servicePort('a/a:', 0)
  assert.equal(ids.servicePort('a/a:', 5), first)
  assert.equal(ids.known('a/a:'), first)
  ids.release('a/a:', 10, 100)
  assert.equal(ids.known('a/a:'), undefined)
  const second = ids.servicePort('b/b:', 109)
  assert.notEqual(second, first)
  assert.equal(ids.servicePort('c/c:', 110), first)
  assert.deepEqual(
    [...ids.inUse()],
    [
      ['b/b:', second],
      ['c/c:', first],
    ],
  )
})

test('an id that no client can be pinned by is free at once', () => {
  const ids = new Ids()
  const id = ids.servicePort('a/a:', 0)
  ids.release('a/a:', 0, 0)
  assert.equal(ids.servicePort('b/b:', 0), id)
  ids.pinnedUntil('b/b:', 0)
  ids.release('b/b:', 0, 0)
  assert.equal(ids.servicePort('c/c:', 0), id)
  ids.reserve(7, 0)
  assert.equal(ids.servicePort('d/d:', 0), 7)
})

test('an id whose affinity became shorter rests until the pins of before have expired', () => {
  const ids = new Ids()
  const id = ids.servicePort('a/a:', 0)
  ids.pinnedUntil('a/a:', 500)
  ids.pinnedUntil('a/a:', 200)
  ids.release('a/a:', 10, 20)
  // A Service that is made again under the name has nothing to do with them.
  const next = ids.servicePort('a/a:', 11)
  ids.release('a/a:', 12, 5)
  assert.deepEqual(
    [ids.servicePort('b/b:', 17), ids.servicePort('c/c:', 499), ids.servicePort('d/d:', 500)],
    [next, 3, id],
  )
})

test('to release what has no id changes nothing', () => {
  const ids = new Ids()
  ids.release('a/a:', 0, 0)
  ids.releaseEndpoints('a/a:')
  assert.deepEqual([ids.servicePort('b/b:', 0), ids.servicePort('c/c:', 0)], [1, 2])
})

test('what a process before us has numbered stays as it is; what it left is given to nobody before its pins have expired', () => {
  const ids = new Ids()
  ids.adopt('a/a:', 7, new Map(Object.entries({ x: 2, y: 5 })))
  ids.adopt('b/b:', 3, new Map())
  ids.reserve(9, 100)
  ids.reserve(9, 50)
  ids.reserve(2, 60)
  assert.deepEqual([ids.servicePort('a/a:', 0), ids.servicePort('b/b:', 0)], [7, 3])
  assert.deepEqual([ids.servicePort('c/c:', 59), ids.servicePort('d/d:', 60), ids.servicePort('e/e:', 99)], [10, 2, 11])
  assert.equal(ids.servicePort('f/f:', 100), 9)
  assert.deepEqual([...ids.endpoints('a/a:', ['x', 'y', 'z'])].sort(), [
    ['x', 2],
    ['y', 5],
    ['z', 6],
  ])
  assert.deepEqual([...ids.endpoints('b/b:', ['x'])], [['x', 1]])
})

test('numbers of endpoints below the highest that was adopted come last, the least of them first', () => {
  const ids = new Ids()
  ids.adopt('a/a:', 1, new Map(Object.entries({ x: 2, y: WORD.MAX_ENDPOINT - 1 })))
  const numbers = ids.endpoints('a/a:', ['x', 'y', 'p', 'q', 'r'])
  assert.deepEqual([numbers.get('p'), numbers.get('q'), numbers.get('r')], [WORD.MAX_ENDPOINT, 1, 3])
  const all = new Set(ids.endpoints('a/a:', ['x', 'y', ...keys(WORD.MAX_ENDPOINT - 2)]).values())
  assert.deepEqual([all.size, Math.min(...all), Math.max(...all)], [WORD.MAX_ENDPOINT, 1, WORD.MAX_ENDPOINT])
})

test('ids end with a refusal that says what to do, and go on when one comes free', () => {
  const ids = new Ids()
  ids.adopt('a/a:', WORD.MAX_ID - 1, new Map())
  assert.equal(ids.servicePort('b/b:', 0), WORD.MAX_ID)
  assert.throws(() => ids.servicePort('c/c:', 0), {
    name: 'CapacityError',
    code: 'SERVICE_PORTS_EXHAUSTED',
    message: 'all 262143 service-port ids are in use or resting; delete Services',
  })
  ids.release('a/a:', 0, 10)
  assert.equal(ids.servicePort('c/c:', 10), WORD.MAX_ID - 1)
})

test('an endpoint keeps its number, and the number of one that went is not used while there are fresh ones', () => {
  const ids = new Ids()
  ids.servicePort('a/a:', 0)
  assert.deepEqual(
    [...ids.endpoints('a/a:', ['x', 'y'])],
    [
      ['x', 1],
      ['y', 2],
    ],
  )
  assert.deepEqual(
    [...ids.endpoints('a/a:', ['y', 'z'])],
    [
      ['y', 2],
      ['z', 3],
    ],
  )
  assert.deepEqual(
    [...ids.endpoints('a/a:', ['y', 'x'])],
    [
      ['y', 2],
      ['x', 4],
    ],
  )
  ids.endpoints('a/a:', keys(WORD.MAX_ENDPOINT - 4))
  const numbers = ids.endpoints('a/a:', [...keys(WORD.MAX_ENDPOINT - 4), 'first', 'second', 'third', 'fourth'])
  assert.deepEqual(
    ['first', 'second', 'third', 'fourth'].map((key) => numbers.get(key)),
    [1, 3, 2, 4],
  )
})

test('the endpoints of a service port are told apart by thirteen bits, and one more is refused', () => {
  const ids = new Ids()
  ids.servicePort('a/a:http', 0)
  ids.servicePort('a/b:', 0)
  assert.equal(Math.max(...ids.endpoints('a/a:http', keys(WORD.MAX_ENDPOINT)).values()), WORD.MAX_ENDPOINT)
  const refused = (name: string) => ({
    code: 'ENDPOINTS_EXHAUSTED',
    message: `${name} has 8192 endpoints; at most 8191 can be told apart: spread them over several Services`,
  })
  assert.throws(() => ids.endpoints('a/a:http', keys(WORD.MAX_ENDPOINT + 1)), refused('a/a:http'))
  assert.throws(() => ids.endpoints('a/b:', keys(WORD.MAX_ENDPOINT + 1)), refused('a/b'))
  assert.throws(() => ids.endpoints('c/c:', ['x']), /c\/c: has no id/)
})

test('a service port whose affinity was turned off gives its endpoints other numbers when it is on again', () => {
  const ids = new Ids()
  ids.servicePort('a/a:', 0)
  ids.endpoints('a/a:', ['x', 'y'])
  ids.releaseEndpoints('a/a:')
  assert.deepEqual([...ids.endpoints('a/a:', ['y'])], [['y', 3]])
  // Where there are no others, the first of them come again.
  ids.endpoints('a/a:', keys(WORD.MAX_ENDPOINT - 3))
  ids.releaseEndpoints('a/a:')
  assert.deepEqual(
    [...ids.endpoints('a/a:', ['x', 'y', 'z'])],
    [
      ['x', 1],
      ['y', 2],
      ['z', 3],
    ],
  )
})

test('a service port that is released takes its endpoints’ numbers with it: under its next id they begin anew', () => {
  const ids = new Ids()
  ids.servicePort('a/a:', 0)
  ids.endpoints('a/a:', ['x', 'y'])
  ids.release('a/a:', 10, 0)
  ids.servicePort('a/a:', 10)
  assert.deepEqual(
    [...ids.endpoints('a/a:', ['z', 'x'])],
    [
      ['z', 1],
      ['x', 2],
    ],
  )
})

test('a kind has one number for good, after those that were adopted, and the last of twelve bits is the last', () => {
  const ids = new Ids()
  assert.deepEqual([ids.kind(pick(1)), ids.kind(pick(2)), ids.kind(pick(1))], [1, 2, 1])
  ids.adoptKind(9, { kind: 'reject' })
  ids.adoptKind(5, { kind: 'drop' })
  assert.deepEqual([ids.kind({ kind: 'reject' }), ids.kind({ kind: 'drop' }), ids.kind(pick(3))], [9, 5, 10])
  ids.adoptKind(WORD.MAX_KIND - 1, pick(4))
  assert.equal(ids.kind(pick(5)), WORD.MAX_KIND)
  const sticky: Kind = { kind: 'sticky', count: 3, seconds: 60, local: false }
  for (const _ of ['the first time', 'and again'])
    assert.throws(() => ids.kind(sticky), {
      code: 'KINDS_EXHAUSTED',
      message: '4095 combinations of endpoint count and affinity timeout are in use: sticky-3-60 is one too many',
    })
  assert.equal(ids.kind(pick(5)), WORD.MAX_KIND)
})

test('whatever comes and goes: no two have one id, and no id is given again before its pins have expired', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd')
  const step = fc.oneof(
    fc.record({ do: fc.constant('take' as const), name: names, wait: fc.nat(9) }),
    fc.record({ do: fc.constant('release' as const), name: names, wait: fc.nat(9), affinity: fc.nat(20) }),
    fc.record({ do: fc.constant('shorten' as const), name: names, wait: fc.nat(9), left: fc.nat(30) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ids = new Ids()
      const resting = new Map<number, number>()
      const pinned = new Map<string, number>()
      let now = 0
      for (const one of steps) {
        now += one.wait
        const known = ids.known(one.name)
        if (one.do === 'take') {
          const id = ids.servicePort(one.name, now)
          if (known !== undefined) assert.equal(id, known)
          else assert.ok((resting.get(id) ?? 0) <= now, `${id} rests`)
        } else if (known === undefined) continue
        else if (one.do === 'shorten') {
          ids.pinnedUntil(one.name, now + one.left)
          pinned.set(one.name, Math.max(now + one.left, pinned.get(one.name) ?? 0))
        } else {
          ids.release(one.name, now, one.affinity)
          resting.set(known, Math.max(now + one.affinity, pinned.get(one.name) ?? 0))
          pinned.delete(one.name)
        }
        const inUse = [...ids.inUse()].map(([, id]) => id)
        assert.equal(new Set(inUse).size, inUse.length)
      }
    }),
    { numRuns: 50 },
  )
})
