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
