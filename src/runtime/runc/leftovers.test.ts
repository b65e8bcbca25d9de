import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Leftovers } from './leftovers.ts'

test('what cannot be taken away now is tried again until it is gone, and stands in the way of its own name alone', () => {
  let isFull = true
  const tried: string[] = []
  const errors: unknown[] = []
  const full = new Error('EMFILE')
  const leftovers = new Leftovers(
    ({ id }) => {
      tried.push(id)
      if (isFull) throw full
    },
    (error) => errors.push(error),
  )
  leftovers.add({ id: 'a' })
  leftovers.add({ id: 'b' })
  leftovers.sweep()
  assert.deepEqual(
    [tried.splice(0), errors],
    [
      ['a', 'b', 'a', 'b'],
      [full, full, full, full],
    ],
  )
  assert.throws(() => leftovers.clear('a'), full)
  leftovers.clear('c')
  isFull = false
  leftovers.clear('a')
  leftovers.sweep()
  leftovers.sweep()
  assert.deepEqual(tried, ['a', 'a', 'b'])
})
