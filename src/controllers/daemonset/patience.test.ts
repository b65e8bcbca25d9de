import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Patience } from './patience.ts'

test('the first failure is replaced at once, each other one after twice as long, up to a quarter of an hour', () => {
  const clock = new HandClock()
  const patience = new Patience(clock)
  assert.equal(patience.left('u/a'), 0)
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
    patience.lose('u/a')
    assert.equal(patience.left('u/a'), seconds * 1000)
    assert.equal(patience.left('u/b'), 0)
    clock.advance(seconds * 1000)
    assert.equal(patience.left('u/a'), 0)
  }
  clock.advance(900_001)
  patience.lose('u/a')
  assert.equal(patience.left('u/a'), 1000)
  patience.forget('u/')
  assert.equal(patience.left('u/a'), 0)
})
