import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { backoff, sleep, systemClock } from './clock.ts'
import { HandClock } from './testing/hand-clock.ts'

test('a clock turned by hand rings each timer at its time, in order, and those that they set', () => {
  const clock = new HandClock(0)
  const rung: string[] = []
  const ring = (name: string) => () => rung.push(`${name} at ${clock.now()}`)
  clock.after(20, ring('late'))
  clock.after(5, () => {
    ring('early')()
    clock.after(10, ring('then'))
  })
  clock.after(7, ring('never'))()
  clock.advance(16)
  assert.deepEqual(rung, ['early at 5', 'then at 15'])
  assert.deepEqual([clock.now(), clock.pending, clock.next], [16, 1, 4])
  clock.settle(3)
  assert.deepEqual([rung.at(-1), clock.pending], ['late at 20', 0])
})

test('a machine that slept rings once what fell due meanwhile, and not what was cancelled by it', () => {
  const clock = new HandClock(0)
  const rung: string[] = []
  const again = (): void => {
    rung.push(`again at ${clock.now()}`)
    clock.after(10, again)
  }
  clock.after(10, again)
  const cancel = clock.after(20, () => rung.push('never'))
  clock.after(15, cancel)
  clock.after(200, () => rung.push('later'))
  clock.sleep(100)
  assert.deepEqual([rung, clock.now(), clock.pending], [['again at 100'], 100, 2])
  clock.advance(10)
  assert.deepEqual(rung, ['again at 100', 'again at 110'])
})

test("the system's clock rings at its time, and never for what was cancelled", (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 })
  const rung: string[] = []
  const ring = (name: string) => () => rung.push(`${name} at ${systemClock.now()}`)
  systemClock.after(10, ring('due'))
  systemClock.after(5, ring('never'))()
  context.mock.timers.tick(9)
  assert.deepEqual(rung, [])
  context.mock.timers.tick(1)
  assert.deepEqual(rung, ['due at 1010'])
})

test("a timer of the system's clock has a delay that Node.js takes, and keeps no process alive", (context) => {
  const waiting = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  const before = waiting()
  const cancel = systemClock.after(60_000, () => {})
  assert.equal(waiting(), before)
  cancel()
  const set = context.mock.method(globalThis, 'setTimeout')
  for (const ms of [-5, 0, 10, 2 ** 40]) systemClock.after(ms, () => {})()
  assert.deepEqual(
    set.mock.calls.map((call) => call.arguments[1]),
    [0, 0, 10, 2147483647],
  )
})

test('sleep() ends when its time has come, or at once when it is told to stop, and leaves no timer', async () => {
  const clock = new HandClock(0)
  const slept = sleep(clock, 10)
  clock.advance(10)
  await slept
  const stop = new AbortController()
  const heard = sleep(clock, 10, stop.signal)
  clock.advance(10)
  await heard
  assert.deepEqual(getEventListeners(stop.signal, 'abort'), [], 'a signal that many sleeps share is left as it was')
  const stopped = sleep(clock, 1000, stop.signal)
  stop.abort()
  await stopped
  await sleep(clock, 1000, stop.signal)
  assert.equal(clock.pending, 0)
})

test('a delay doubles with each failure up to the most, and a random half of it is taken off', () => {
  assert.deepEqual(
    [0, 1, 2, 10, 5000].map((failures) => backoff(failures, 100, 1000, () => 1)),
    [100, 200, 400, 1000, 1000],
  )
  assert.equal(
    backoff(1, 100, 1000, () => 0),
    100,
  )
})
