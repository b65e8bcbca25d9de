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
      return true
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
  assert.throws(() => leftovers.clear('a', '/a'), full)
  leftovers.clear('c', '/c')
  isFull = false
  leftovers.clear('a', '/a')
  leftovers.sweep()
  leftovers.sweep()
  assert.deepEqual(tried, ['a', 'a', 'b'])
})

test('what is not gone at once is tried again without a word, until another has its name or its cgroup', () => {
  let tried: string[] = []
  let isGone = false
  const leftovers = new Leftovers(
    ({ id }) => tried.push(id) > 0 && isGone,
    () => assert.fail('nothing is wrong'),
  )
  const sweep = (): readonly string[] => {
    tried = []
    leftovers.sweep()
    return tried
  }
  for (const id of ['a-0', 'b-0', 'c-0']) leftovers.add({ id, cgroupsPath: `/${id[0]}` })
  assert.deepEqual(sweep(), ['a-0', 'b-0', 'c-0'])
  // Whoever runs there now is left alone.
  leftovers.clear('a-1', '/a')
  leftovers.clear('b-0', '/elsewhere')
  assert.deepEqual(tried.slice(3), ['a-0', 'b-0'])
  assert.deepEqual(sweep(), ['c-0'])
  isGone = true
  assert.deepEqual([sweep(), sweep()], [['c-0'], []])
})
