import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FloodGauge } from './flood-gauge.ts'

const gaugeOf = () => {
  const clock = { now: 0 }
  const gauge = new FloodGauge(() => clock.now, { datagrams: 100, withinMs: 10 })
  /** So many, one each `every` ms; how often it was a flood. */
  const come = (count: number, every: number): number => {
    let floods = 0
    for (let number = 0; number < count; number++) {
      clock.now += every
      if (gauge.count()) floods++
    }
    return floods
  }
  return { clock, come }
}

test('FloodGauge tells a flood each time that the measure fills in less than the time', () => {
  assert.equal(gaugeOf().come(99, 0.01), 0)
  assert.equal(gaugeOf().come(300, 0.01), 3)
})

test('FloodGauge is silent while they come slower, however many', () => {
  assert.equal(gaugeOf().come(1000, 0.2), 0)
})

test('FloodGauge does not take a burst after a long silence for less than it is, but the next one', () => {
  const { clock, come } = gaugeOf()
  clock.now += 1000
  assert.equal(come(100, 0.01), 0)
  assert.equal(come(100, 0.01), 1)
})
