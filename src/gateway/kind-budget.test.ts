import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { KindBudget } from './kind-budget.ts'

const kinds = (from: number, to: number): ReadonlySet<string> =>
  new Set(Array.from({ length: to - from }, (_, at) => `http-retry-${1000 + from + at}`))
const NONE: ReadonlySet<string> = new Set()

test('so many new kinds are taken at once, then one in a minute; those that the proxy has always', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 18)).kinds, kinds(16, 18))
  assert.deepEqual(budget.waiting(NONE, kinds(0, 18)).kinds, kinds(16, 18))
  assert.deepEqual(budget.waiting(kinds(16, 17), kinds(0, 18)).kinds, kinds(17, 18))
  clock.advance(59_000)
  const { kinds: waiting, againMs } = budget.waiting(NONE, kinds(0, 19))
  assert.deepEqual([waiting, againMs], [kinds(17, 19), 1000])
  clock.advance(againMs)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 19)).kinds, kinds(18, 19))
})

test('whoever writes other kinds again and again has one a minute', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  let taken = 0
  for (let round = 0; round < 100; round++) {
    taken += 1 - budget.waiting(NONE, kinds(round, round + 1)).kinds.size
    clock.advance(6_000)
  }
  assert.equal(taken, 16 + 9)
})

test('however long one waits there is no more room than at first, and no more kinds than the most together', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  clock.advance(86_400_000)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 17)).kinds, kinds(16, 17))
  assert.equal(budget.waiting(kinds(0, 100), kinds(0, 100)).kinds.size, 36)
  // Those that nobody wants any more make room.
  assert.equal(budget.waiting(kinds(0, 100), kinds(40, 100)).kinds.size, 0)
})

test('a proxy that starts takes all kinds up to the most together, and new ones afterwards as always', () => {
  const budget = new KindBudget(new HandClock())
  assert.equal(budget.waiting(NONE, kinds(0, 40), true).kinds.size, 0)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 57)).kinds, kinds(56, 57))
  assert.deepEqual(new KindBudget(new HandClock()).waiting(NONE, kinds(0, 66), true).kinds, kinds(64, 66))
})

test('each proxy takes the same ones, in whatever order routes name them, and first those that it has', () => {
  const backwards = new Set([...kinds(0, 18)].reverse())
  assert.deepEqual(new KindBudget(new HandClock()).waiting(NONE, backwards).kinds, kinds(16, 18))
  const waiting = new KindBudget(new HandClock()).waiting(kinds(40, 100), kinds(0, 100)).kinds
  assert.deepEqual(waiting, kinds(4, 40))
})

test('the minute begins when there is room for as many as there may be at once', () => {
  const clock = new HandClock()
  const budget = new KindBudget(clock)
  budget.waiting(NONE, kinds(0, 1))
  clock.advance(90_000)
  assert.equal(budget.waiting(NONE, kinds(0, 16)).againMs, 60_000)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 18)).kinds, kinds(17, 18))
  clock.advance(59_999)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 18)).kinds, kinds(17, 18))
  clock.advance(1)
  assert.deepEqual(budget.waiting(NONE, kinds(0, 18)).kinds, NONE)
})
