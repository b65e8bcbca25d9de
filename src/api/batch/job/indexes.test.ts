import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countOf, overlapOf, readIndexes } from './indexes.ts'

const read = (text: string) => {
  const reading = readIndexes(text, 100)
  assert.ok('intervals' in reading)
  return reading.intervals
}

test('indexes are read in runs', () => {
  assert.deepEqual(read('0,2-4,7,8'), [
    [0, 0],
    [2, 4],
    [7, 7],
    [8, 8],
  ])
  assert.equal(countOf(read('0,2-4,7')), 5)
  assert.equal(countOf(read('')), 0)
})

test('two lists overlap at the first index that both have', () => {
  assert.equal(overlapOf(read('1,3-5'), read('2,6')), undefined)
  assert.equal(overlapOf(read('1,3-5'), read('4-6')), 4)
  assert.equal(overlapOf(read('0-9'), read('3')), 3)
})
