import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationText } from './duration-text.ts'

test('a duration is written as Go writes it', () => {
  const texts = [0, 393, 1000, 1500, 12_345, 60_000, 123_250, 3_605_000].map(durationText)
  assert.deepEqual(texts, ['0s', '393ms', '1s', '1.5s', '12.345s', '1m0s', '2m3.25s', '1h0m5s'])
})
