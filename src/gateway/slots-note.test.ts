import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_SLOTS } from '#dataplane/haproxy/slots.ts'
import { readSlots, slotsText } from './slots-note.ts'

test('slots are read as they were written, and what is no note says nothing', () => {
  const slots = { pools: new Map([['http', 9]]), taken: new Map([['http-1', 'key']]), left: ['http-2'] }
  assert.deepEqual(readSlots(slotsText(slots)), slots)
  for (const text of [
    undefined,
    '',
    '{}',
    'null',
    '{"pools":[["http","9"]],"taken":[],"left":[]}',
    '{"pools":[["http",9],["tcp","9"]],"taken":[],"left":[]}',
    '{"pools":[],"taken":[["http-1","key"],["http-2",2]],"left":[]}',
    '{"pools":3,"taken":[],"left":[]}',
  ])
    assert.deepEqual(readSlots(text), NO_SLOTS)
})
