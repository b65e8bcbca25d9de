import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Pace } from './pace.ts'

test('the first change of a key waits for nothing, the next for 50 ms after the write before it, whatever others do', () => {
  const clock = new HandClock()
  const pace = new Pace(clock)
  assert.equal(pace.waits('a'), undefined)
  pace.note('a')
  assert.deepEqual([pace.waits('a'), pace.waits('b')], [50, undefined])
  clock.advance(49)
  assert.equal(pace.waits('a'), 1)
  clock.advance(1)
  assert.equal(pace.waits('a'), undefined)
  pace.note('a')
  pace.forget('a')
  assert.equal(pace.waits('a'), undefined)
})
