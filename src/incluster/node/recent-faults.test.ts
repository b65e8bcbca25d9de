import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { RecentFaults } from './recent-faults.ts'

test('what goes wrong is told until it has not for half a minute, and logged when it is news', () => {
  const clock = new HandClock()
  const faults = new RecentFaults(clock)
  const refused = new Error('services is forbidden')
  assert.equal(faults.note('list services', refused), true)
  clock.advance(10_000)
  assert.equal(faults.note('list services', refused), false)
  assert.equal(faults.note('watch nodes', 'gone'), true)
  assert.deepEqual(faults.list(), ['list services: services is forbidden', 'watch nodes: gone'])
  clock.advance(20_000)
  assert.equal(faults.note('list services', new Error('no route')), true)
  clock.advance(10_000)
  assert.deepEqual(faults.list(), ['list services: no route'])
  clock.advance(20_000)
  assert.deepEqual(faults.list(), [])
  assert.equal(faults.note('list services', new Error('no route')), true)
})
