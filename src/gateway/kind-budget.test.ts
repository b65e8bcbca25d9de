import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { KindBudget } from './kind-budget.ts'

/** Of one namespace. */
const asked = (from: number, to: number, namespace = 'shop'): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map([...kinds(from, to)].map((kind) => [kind, new Set([namespace])]))
const kinds = (from: number, to: number): ReadonlySet<string> =>
  new Set(Array.from({ length: to - from }, (_, at) => `http-retry-${1000 + from + at}`))
const NONE: ReadonlySet<string> = new Set()

test('so many new kinds are taken at once, then one in a minute; those that the proxy has always', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  assert.deepEqual(budget.waiting(NONE, asked(0, 18)).kinds, kinds(16, 18))
  assert.deepEqual(budget.waiting(NONE, asked(0, 18)).kinds, kinds(16, 18))
  assert.deepEqual(budget.waiting(kinds(16, 17), asked(0, 18)).kinds, kinds(17, 18))
  clock.advance(59_000)
  const { kinds: waiting, againMs } = budget.waiting(NONE, asked(0, 19))
  assert.deepEqual([waiting, againMs], [kinds(17, 19), 1000])
  clock.advance(againMs)
  assert.deepEqual(budget.waiting(NONE, asked(0, 19)).kinds, kinds(18, 19))
})

test('whoever writes other kinds again and again has one a minute', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  let taken = 0
  for (let round = 0; round < 100; round++) {
    taken += 1 - budget.waiting(NONE, asked(round, round + 1)).kinds.size
    clock.advance(6_000)
  }
  assert.equal(taken, 16 + 9)
})

test('however long one waits there is no more room than at first, and no more kinds than the most together', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  clock.advance(86_400_000)
  assert.deepEqual(budget.waiting(NONE, asked(0, 17)).kinds, kinds(16, 17))
  const two = (from: number) => new Map([...asked(from, 50, 'a'), ...asked(50, 100, 'b')])
  assert.deepEqual(budget.waiting(kinds(0, 100), two(0)).kinds, new Set([...kinds(32, 50), ...kinds(82, 100)]))
  // Those that nobody wants any more make room.
  assert.deepEqual(budget.waiting(kinds(0, 100), two(20)).kinds, new Set([...kinds(82, 100)]))
})

test('a namespace that wants much has its turns, not those of others, and half of all at most', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  const both = new Map([...asked(0, 60, 'a'), ...asked(60, 64, 'b')])
  assert.deepEqual(budget.waiting(NONE, both).kinds, kinds(12, 60))
  for (let minute = 0; minute < 60; minute++) {
    clock.advance(60_000)
    budget.waiting(NONE, both)
  }
  assert.deepEqual(budget.waiting(NONE, both).kinds, kinds(32, 60))
  assert.equal(budget.waiting(NONE, new Map([...both, ...asked(64, 70, 'c')])).kinds.size, 28)
})

test('a proxy that starts takes all kinds up to the most together, and new ones afterwards as always', () => {
  const budget = new KindBudget(new HandClock())
  const two = (count: number) => new Map([...asked(0, 28, 'a'), ...asked(28, count, 'b')])
  assert.equal(budget.waiting(NONE, two(40), true).kinds.size, 0)
  assert.deepEqual(budget.waiting(NONE, two(57)).kinds, kinds(56, 57))
  const three = new Map([...two(56), ...asked(56, 66, 'c')])
  assert.deepEqual(
    new KindBudget(new HandClock()).waiting(NONE, three, true).kinds,
    new Set([...kinds(27, 28), ...kinds(55, 56)]),
  )
})

test('each proxy takes the same ones, in whatever order routes name them, and first those that it has', () => {
  const backwards = new Map([...asked(0, 18)].reverse())
  assert.deepEqual(new KindBudget(new HandClock()).waiting(NONE, backwards).kinds, kinds(16, 18))
  const both = new Map([...asked(0, 70, 'a'), ...asked(70, 100, 'b')])
  const waiting = new KindBudget(new HandClock()).waiting(kinds(40, 100), both).kinds
  // All thirty of one, the first two of the other.
  assert.deepEqual(waiting, new Set([...kinds(2, 40), ...kinds(70, 70)]))
})

test('the minute begins when there is room for as many as there may be at once', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  budget.waiting(NONE, asked(0, 1))
  clock.advance(90_000)
  assert.equal(budget.waiting(NONE, asked(0, 16)).againMs, 60_000)
  assert.deepEqual(budget.waiting(NONE, asked(0, 18)).kinds, kinds(17, 18))
  clock.advance(59_999)
  assert.deepEqual(budget.waiting(NONE, asked(0, 18)).kinds, kinds(17, 18))
  clock.advance(1)
  assert.deepEqual(budget.waiting(NONE, asked(0, 18)).kinds, NONE)
})

test('a kind that several namespaces want waits only where none of them has room', () => {
  const clock = new HandClock()
  const greedy = new Map([...asked(0, 32, 'aaa'), ...asked(40, 41, 'shop')])
  const budget = new KindBudget(clock)
  assert.equal(budget.waiting(NONE, greedy, true).kinds.size, 0)
  // One more that has all that it may have writes a rule with what the other has.
  const both = new Map([...greedy, ...[...kinds(40, 41)].map((kind) => [kind, new Set(['aaa', 'shop'])] as const)])
  for (const one of [budget, new KindBudget(clock)])
    assert.deepEqual(one.waiting(kinds(40, 41), both, true).kinds, NONE)
  // Who wants it alone in the end has it on its own account.
  const alone = new Map([...asked(0, 31, 'aaa'), ...asked(40, 41, 'aaa'), ...asked(50, 51, 'aaa')])
  assert.deepEqual(budget.waiting(NONE, alone).kinds, kinds(50, 51))
})

test('a kind stays with whoever has taken it over, and of two who want as much it is for the first by name', () => {
  const budget = new KindBudget(new HandClock())
  budget.waiting(NONE, asked(0, 32, 'a'), true)
  assert.deepEqual(budget.waiting(NONE, new Map([...asked(0, 31, 'a'), ...asked(31, 32, 'b')])).kinds, NONE)
  const of = (...namespaces: readonly string[]) => {
    const [shared = ''] = kinds(31, 32)
    return new Map([...asked(0, 31, 'a'), [shared, new Set(namespaces)] as const])
  }
  // Room for one more of its own, as the other has what both want.
  assert.deepEqual(budget.waiting(NONE, new Map([...of('a', 'b'), ...asked(40, 41, 'a')])).kinds, NONE)
  for (const both of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const wanted = new Map([...of(...both), ...asked(40, 41, 'a'), ...asked(50, 82, 'b')])
    assert.deepEqual(new KindBudget(new HandClock()).waiting(NONE, wanted, true).kinds, kinds(40, 41), `${both}`)
  }
})

test('what no minute brings room for is looked at once in a minute', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  const all = asked(0, 33)
  assert.deepEqual(budget.waiting(NONE, all, true).kinds, kinds(32, 33))
  clock.advance(3_600_000)
  assert.deepEqual(budget.waiting(NONE, all), { kinds: kinds(32, 33), againMs: 60_000 })
})
