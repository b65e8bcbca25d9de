import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { AT_ONCE } from './minute-room.ts'
import { TurnBudget } from './turn-budget.ts'

const NONE: ReadonlySet<string> = new Set()
const wanted = (...all: readonly (readonly [string, string])[]) =>
  new Map(all.map(([namespace, kind]): [string, ReadonlySet<string>] => [kind, new Set([namespace])]))
const many = (namespace: string, count: number, name = 'k') =>
  Array.from({ length: count }, (_, at) => [namespace, `${namespace} ${name}${at}`] as const)

test('so many are taken at once, then one in a minute; what the proxy has, and what it starts with, costs nothing', () => {
  const clock = new HandClock()
  const budget = new TurnBudget(clock)
  assert.equal(budget.waiting(NONE, wanted(...many('a', 100)), true).kinds.size, 0)
  const known = new Set(['b k0', 'b k1'])
  const asked = () => budget.waiting(known, wanted(...many('b', AT_ONCE + 4)))
  assert.equal(asked().kinds.size, 2)
  assert.equal(asked().kinds.size, 2)
  clock.advance(asked().againMs)
  assert.equal(asked().kinds.size, 1)
  clock.advance(10 * 60_000)
  assert.equal(asked().kinds.size, 0)
})

test('whoever asks for ever new ones, or for very many, keeps nobody waiting for longer than a turn', () => {
  for (const name of ['aaa', 'zzz']) {
    const clock = new HandClock()
    const budget = new TurnBudget(clock)
    budget.waiting(NONE, wanted(...many(name, AT_ONCE)))
    let minutes = 0
    for (; minutes < 20; minutes++) {
      const { kinds } = budget.waiting(NONE, wanted(...many(name, 50, `round ${minutes} `), ['mmm', 'mine']))
      if (!kinds.has('mine')) break
      clock.advance(60_000)
    }
    assert.ok(minutes <= 1, `${name}: ${minutes}`)
  }
})

test('what comes and goes costs each time, and what has waited for longest comes first', () => {
  const clock = new HandClock()
  const budget = new TurnBudget(clock)
  for (let times = 0; times < AT_ONCE; times++) {
    assert.equal(budget.waiting(NONE, wanted(['a', 'x'])).kinds.size, 0)
    budget.waiting(NONE, wanted())
  }
  assert.equal(budget.waiting(NONE, wanted(['a', 'x'])).kinds.size, 1)
  clock.advance(1000)
  assert.equal(budget.waiting(NONE, wanted(['a', 'x'], ['a', 'b'])).kinds.size, 2)
  clock.advance(60_000)
  assert.deepEqual(budget.waiting(NONE, wanted(['a', 'x'], ['a', 'b'])).kinds, new Set(['b']))
})

test('whoever has had no turn comes before those who wait for longer, and then all come in turns', () => {
  for (const name of ['aaa', 'zzz']) {
    const clock = new HandClock()
    const budget = new TurnBudget(clock)
    const long = many(name, AT_ONCE + 5)
    assert.equal(budget.waiting(NONE, wanted(...long)).kinds.size, 5)
    clock.advance(1000)
    const own = many('mmm', 2)
    const waiting = () =>
      [...budget.waiting(NONE, wanted(...long, ...own)).kinds].filter((kind) => kind.startsWith('mmm')).length
    const left: number[] = []
    for (let minute = 0; minute < 4; minute++) {
      left.push(waiting())
      clock.advance(60_000)
    }
    assert.deepEqual(left, [2, 1, 1, 0], name)
  }
})

test('of all that came together each proxy takes the same, in whatever order they are named', () => {
  const all = many('a', AT_ONCE + 2)
  for (const some of [all, all.toReversed()])
    assert.deepEqual(new TurnBudget(new HandClock()).waiting(NONE, wanted(...some)).kinds, new Set(['a k8', 'a k9']))
})

test('as long as anything waits it is known who has had a turn, be it the very first', () => {
  const clock = new HandClock()
  const budget = new TurnBudget(clock)
  const next = (...all: readonly (readonly [string, string])[]) => {
    clock.advance(60_000)
    return [...budget.waiting(NONE, wanted(...all)).kinds]
  }
  const one = Array.from({ length: AT_ONCE + 1 }, (_, at) => [`n${at + 10}`, `n${at + 10} k1`] as const)
  const all = [...one, ['n10', 'n10 k2'] as const]
  assert.deepEqual([...budget.waiting(NONE, wanted(...all)).kinds], ['n26 k1', 'n10 k2'])
  assert.deepEqual(next(...all), ['n10 k2'])
  assert.deepEqual(next(...all, ['new', 'k']), ['n10 k2'])
})
