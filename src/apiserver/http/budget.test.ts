import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Budget, type Hold } from './budget.ts'

/** A budget of 100 octets and 10 ms of grace, and what is told by those who give way; an owner is the name's first letter. */
const make = () => {
  const clock = { now: 0 }
  const budget = new Budget(100, 10, () => clock.now)
  const left: string[] = []
  const hold = (name: string): Hold => {
    const made: Hold = budget.hold(() => {
      left.push(name)
      made.end()
    }, name[0]!)
    return made
  }
  return { clock, budget, left, hold }
}

test('what is held together is never more than the limit, and comes back when a hold ends', () => {
  const { budget, hold } = make()
  const [a, b, c] = [hold('a'), hold('b'), hold('c')]
  assert.equal(a.take(50), true)
  assert.equal(b.take(20), true)
  assert.equal(c.take(31), false)
  assert.equal(c.take(30), true)
  assert.equal(budget.held, 100)
  a.end()
  a.end()
  assert.equal(budget.held, 50)
  assert.equal(a.take(1), false)
  assert.equal(b.take(30), true)
  b.end()
  c.end()
  assert.equal(budget.held, 0)
})

test('an owner holds half of it at most, and others give no way to it', () => {
  const { clock, budget, left, hold } = make()
  hold('b1').take(30)
  const a = hold('a1')
  assert.equal(a.take(51), false)
  assert.equal(a.take(50), true)
  clock.now = 5
  assert.equal(hold('a2').take(1), false)
  clock.now = 11
  assert.equal(hold('a3').take(20), true)
  assert.deepEqual(left, ['a1'])
  assert.equal(budget.held, 50)
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

test('where both room and its own share are short, an owner’s own give way first, and others for what is still missing', () => {
  const { clock, left, hold } = make()
  hold('b').take(50)
  hold('a').take(40)
  hold('c').take(10)
  clock.now = 11
  assert.equal(hold('a2').take(50), true)
  assert.deepEqual(left, ['a', 'b'])
})

test('nobody gives way in vain, and nobody to make room for itself', () => {
  const { clock, budget, left, hold } = make()
  const a = hold('a')
  a.take(50)
  clock.now = 11
  const young = hold('young')
  young.take(50)
  const large = hold('large')
  assert.equal(large.take(51), false)
  assert.equal(a.take(10), false)
  assert.deepEqual(left, [])
  assert.equal(budget.held, 100)
})

test('grace is over when it is over to the millisecond, and room that is just enough is enough', () => {
  const { clock, left, hold } = make()
  hold('a').take(50)
  hold('b').take(50)
  clock.now = 10
  assert.equal(hold('c').take(50), true)
  assert.deepEqual(left, ['a'])
})
