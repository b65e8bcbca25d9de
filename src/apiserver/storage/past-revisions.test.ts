import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeOf } from './object-size.ts'
import { PastRevisions } from './past-revisions.ts'
import { StorageError } from './storage-error.ts'

test('the oldest revision that may be read is the latest of so long ago', () => {
  let now = 0
  const past = new PastRevisions(1000, () => now)
  assert.equal(past.oldest, 0)
  for (const [at, revision] of [
    [0, 5],
    [1, 6],
    [400, 7],
    [800, 8],
  ] as const) {
    now = at
    past.reached(revision)
  }
  const oldestAt = (at: number): number => {
    now = at
    return past.oldest
  }
  assert.deepEqual([999, 1000, 1399, 1400, 1799, 1800, 9000].map(oldestAt), [0, 5, 5, 7, 7, 8, 8])
})

test('a fault that is of no revision names none', () => {
  const { name, code, message, asked, held, continue: token, cause } = new StorageError('CONTINUE_INVALID', 'm')
  assert.deepEqual(
    [name, code, message, asked, held, token, cause],
    ['StorageError', 'CONTINUE_INVALID', 'm', 0, 0, '', undefined],
  )
})

test('every value counts sixteen octets, a list or an object thrice that, and what owners share nothing', () => {
  for (const value of [1, true, null, '']) assert.equal(sizeOf(value), 16)
  assert.equal(sizeOf('abc'), 19)
  assert.deepEqual([sizeOf({}), sizeOf([])], [48, 48])
  assert.equal(sizeOf([1, 2]), 48 + 32)
  assert.equal(sizeOf({ a: 1 }), 48 + 16 + 16)
  assert.equal(sizeOf({ fieldsV1: { a: { b: {} } } }), 48 + 16)
  assert.deepEqual([sizeOf('€'.repeat(64)), sizeOf('€'.repeat(65))], [16 + 64, 16 + 130])
})
