import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { pacedTurns } from './pace.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Turns on a clock that is moved by hand, and work that takes as many milliseconds of the processor as it is told to. */
const startPacing = () => {
  const clock = new HandClock()
  let used = 0
  const turns = pacedTurns(clock, () => used)
  const done: string[] = []
  const doWork = async (name: string, milliseconds: number) => {
    turns(() => {
      used += milliseconds
      done.push(name)
    })
    await turn()
  }
  return { clock, done, doWork, turns, spend: (milliseconds: number) => (used += milliseconds) }
}

test('what takes little is done within the tick, however often it comes', async () => {
  const { done, doWork, clock } = startPacing()
  for (const name of ['a', 'b', 'c']) await doWork(name, 9.9)
  assert.deepEqual([done, clock.pending], [['a', 'b', 'c'], 0])
})

test('after work that has taken long the next waits eight times as long, and the one after it only as that asks', async () => {
  const { done, doWork, clock } = startPacing()
  await doWork('long', 20)
  await doWork('next', 1)
  assert.deepEqual(done, ['long'])
  clock.advance(159)
  assert.deepEqual(done, ['long'])
  clock.advance(1)
  assert.deepEqual(done, ['long', 'next'])
  await turn()
  await doWork('last', 1)
  assert.deepEqual(done, ['long', 'next', 'last'])
})

test('who comes late enough after long work does not wait', async () => {
  const { done, doWork, clock } = startPacing()
  await doWork('long', 20)
  clock.advance(160)
  await doWork('next', 1)
  assert.deepEqual(done, ['long', 'next'])
})

test('what the work has queued for the same tick counts too, and the time that others have had does not', async () => {
  const { done, doWork, clock, turns, spend } = startPacing()
  turns(() => queueMicrotask(() => spend(20)))
  await turn()
  await doWork('next', 1)
  assert.deepEqual(done, [])
  clock.advance(160)
  assert.deepEqual(done, ['next'])
  await turn()
  turns(() => clock.advance(1000))
  await turn()
  await doWork('after a pause', 1)
  assert.deepEqual(done, ['next', 'after a pause'])
})
