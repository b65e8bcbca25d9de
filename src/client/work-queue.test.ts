import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { WorkQueue } from './work-queue.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const options = (clock: HandClock) => ({ clock, random: () => 1, signal: new AbortController().signal })

test('a key noted many times in one tick is worked on once', async () => {
  const done: string[] = []
  const queue = new WorkQueue(async (key) => void done.push(key), options(new HandClock()))
  queue.start()
  for (let i = 0; i < 5; i++) queue.add('a')
  queue.add('b')
  await queue.idle()
  assert.deepEqual(done, ['a', 'b'])
})

test('a key noted while it is worked on comes again, and never twice at once', async () => {
  let running = 0
  let runs = 0
  const queue: WorkQueue = new WorkQueue(async (key) => {
    assert.equal(++running, 1)
    if (runs++ === 0) {
      queue.add(key)
      queue.add(key)
    }
    await turn()
    running--
  }, options(new HandClock()))
  queue.start()
  queue.add('a')
  await queue.idle()
  assert.equal(runs, 2)
})

test('a failing key is retried after a delay that doubles, and after a success the delay starts anew', async () => {
  const clock = new HandClock()
  const delays: number[] = []
  let failures = 3
  const queue = new WorkQueue(
    async () => {
      if (failures-- > 0) throw new Error('not yet')
    },
    { ...options(clock), onError: (_, __, retryIn) => delays.push(retryIn) },
  )
  queue.start()
  const workOff = async () => {
    queue.add('a')
    for (let i = 0; i < 4; i++) {
      await queue.idle()
      clock.advance(clock.next ?? 0)
    }
    await queue.idle()
  }
  await workOff()
  assert.deepEqual(delays, [5, 10, 20])
  failures = 2
  await workOff()
  assert.deepEqual(delays, [5, 10, 20, 5, 10])
  assert.equal(clock.pending, 0)
})

test('the failures of one key delay no other', async () => {
  const clock = new HandClock()
  const delays: string[] = []
  const queue = new WorkQueue(
    async () => {
      throw new Error('never')
    },
    { ...options(clock), onError: (key, _, retryIn) => delays.push(`${key} ${retryIn}`) },
  )
  queue.start()
  queue.add('a')
  await queue.idle()
  clock.advance(5)
  await queue.idle()
  queue.add('b')
  await queue.idle()
  assert.deepEqual(delays, ['a 5', 'a 10', 'b 5'])
})

test('a key that is due again after a while comes once then, and the earliest of several times counts', async () => {
  const clock = new HandClock()
  let runs = 0
  const queue = new WorkQueue(async () => {
    runs++
    return runs === 1 ? 1000 : undefined
  }, options(clock))
  queue.start()
  queue.add('a')
  await queue.idle()
  queue.addAfter('a', 5000)
  queue.addAfter('a', 300)
  assert.equal(clock.pending, 1)
  clock.advance(300)
  await queue.idle()
  clock.advance(60_000)
  await queue.idle()
  assert.equal(runs, 2)
})

test('nothing is worked on before start, and nothing after the signal', async () => {
  const abort = new AbortController()
  const done: string[] = []
  const queue = new WorkQueue(async (key) => void done.push(key), { ...options(new HandClock()), signal: abort.signal })
  queue.add('a')
  await turn()
  assert.deepEqual(done, [])
  queue.start()
  await turn()
  abort.abort()
  queue.add('b')
  await turn()
  assert.deepEqual(done, ['a'])
})

test('a key whose failure is final is let be, and worked on when it is noted again', async () => {
  const clock = new HandClock()
  const told: string[] = []
  let runs = 0
  const queue = new WorkQueue(
    async () => {
      runs++
      throw new Error('over')
    },
    { ...options(clock), onError: (key) => told.push(key), isFinal: (error) => (error as Error).message === 'over' },
  )
  queue.start()
  queue.add('a')
  await queue.idle()
  assert.deepEqual([runs, told, clock.next], [1, [], undefined])
  queue.add('a')
  await queue.idle()
  assert.equal(runs, 2)
})
