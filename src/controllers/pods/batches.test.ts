import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBatches } from './batches.ts'

test('inBatches() doubles what it does at a time', async () => {
  const sizes: number[] = []
  let running = 0
  const act = async () => {
    running++
    await Promise.resolve()
    if (running > 0) sizes.push(running)
    running = 0
  }
  assert.equal(await inBatches([1, 2, 3, 4, 5, 6, 7, 8, 9], act), undefined)
  assert.deepEqual(sizes, [1, 2, 4, 2])
  assert.equal(await inBatches([], act), undefined)
})

test('inBatches() begins no further batch after a failure, and gives the first error', async () => {
  const tried: number[] = []
  const error = await inBatches([1, 2, 3, 4, 5], async (one) => {
    tried.push(one)
    if (one > 1) throw new Error(`no ${one}`)
  })
  assert.equal((error as Error).message, 'no 2')
  assert.deepEqual(tried, [1, 2, 3])
})
