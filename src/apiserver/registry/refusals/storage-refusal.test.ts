import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiError } from '#client/client.ts'
import { StorageError, type StorageErrorCode } from '../../storage/storage-error.ts'
import { asking } from './storage-refusal.ts'

test('what storage cannot do is told as Kubernetes tells it: code, reason and words', () => {
  const told: { readonly [code in StorageErrorCode]: readonly [number, string | undefined] } = {
    REVISION_INVALID: [500, undefined],
    CONTINUE_INVALID: [400, 'BadRequest'],
    REVISION_AHEAD: [504, 'Timeout'],
    REVISION_COMPACTED: [410, 'Expired'],
    CONTINUE_COMPACTED: [410, 'Expired'],
    JOURNAL_FAILED: [500, 'InternalError'],
    JOURNAL_FULL: [507, 'InsufficientStorage'],
    JOURNAL_STALLED: [429, 'TooManyRequests'],
  }
  const spoken: { readonly [code in StorageErrorCode]?: string } = {
    REVISION_AHEAD: 'Timeout: Too large resource version: 7, current: 3',
    JOURNAL_FAILED: 'Internal error occurred: in its own words',
    JOURNAL_STALLED: 'in its own words, please try again later',
  }
  for (const [code, [status, reason]] of Object.entries(told)) {
    const words = spoken[code as StorageErrorCode] ?? 'in its own words'
    assert.throws(
      () =>
        asking(() => {
          throw new StorageError(code as StorageErrorCode, 'in its own words', { asked: 7, held: 3 })
        }),
      (error: ApiError) => {
        assert.deepEqual([error.status.code, error.status.reason, error.status.message], [status, reason, words])
        return true
      },
    )
  }
})

test('what is no fault of storage goes through as it is', () => {
  const fault = new TypeError('of somebody else')
  assert.throws(
    () =>
      asking(() => {
        throw fault
      }),
    fault,
  )
  assert.equal(
    asking(() => 5),
    5,
  )
})
