import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { OnceTimers } from './once-timers.ts'

test('of several times for one thing the earliest counts, and it is done once', () => {
  const clock = new HandClock()
  const timers = new OnceTimers({ clock, signal: new AbortController().signal })
  const done: string[] = []
  timers.later('a', 3_600_000, () => done.push('in an hour'))
  timers.later('a', 60_000, () => done.push('in a minute'))
  timers.later('a', 120_000, () => done.push('in two'))
  clock.advance(60_000)
  assert.deepEqual([done, timers.has('a')], [['in a minute'], false])
  clock.advance(7_200_000)
  assert.equal(done.length, 1)
})
