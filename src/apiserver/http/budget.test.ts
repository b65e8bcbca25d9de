import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Budget, type Hold } from './budget.ts'

/** A budget of 100 octets and 10 ms of grace, and what is told by those who give way. */
const make = () => {
  const clock = { now: 0 }
  const budget = new Budget(100, 10, () => clock.now)
  const left: string[] = []
  const hold = (name: string): Hold => {
    const made: Hold = budget.hold(() => {
      left.push(name)
      made.end()
    })
    return made
  }
  return { clock, budget, left, hold }
}

test('what is held together is never more than the limit, and comes back when a hold ends', () => {
  const { budget, hold } = make()
  const [a, b] = [hold('a'), hold('b')]
  assert.equal(a.take(60), true)
  assert.equal(b.take(41), false)
  assert.equal(b.take(40), true)
  assert.equal(budget.held, 100)
  a.end()
  a.end()
  assert.equal(budget.held, 40)
  assert.equal(a.take(1), false)
  assert.equal(b.take(60), true)
  b.end()
  assert.equal(budget.held, 0)
})

test('where there is no room, the oldest give way, no more of them than it takes, and only after their grace', () => {
  const { clock, budget, left, hold } = make()
  const [a, b] = [hold('a'), hold('b')]
  a.take(30)
  b.take(30)
  clock.now = 5
  const c = hold('c')
  c.take(40)
  clock.now = 9
  assert.equal(hold('early').take(10), false)
  assert.deepEqual(left, [])
  clock.now = 12
  assert.equal(hold('d').take(50), true)
  assert.deepEqual(left, ['a', 'b'])
  assert.equal(budget.held, 90)
})

test('nobody gives way in vain, and nobody to make room for itself', () => {
  const { clock, budget, left, hold } = make()
  const a = hold('a')
  a.take(60)
  clock.now = 11
  const young = hold('young')
  young.take(40)
  assert.equal(hold('large').take(61), false)
  assert.equal(a.take(10), false)
  assert.deepEqual(left, [])
  assert.equal(budget.held, 100)
})

test('grace is over when it is over to the millisecond, and room that is just enough is enough', () => {
  const { clock, left, hold } = make()
  hold('a').take(60)
  hold('b').take(40)
  clock.now = 10
  assert.equal(hold('c').take(60), true)
  assert.deepEqual(left, ['a'])
})
