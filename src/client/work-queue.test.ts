import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from './testing/fake-clock.ts'
import { WorkQueue } from './work-queue.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const options = (clock: FakeClock) => ({ clock, random: () => 1, signal: new AbortController().signal })

test('a key noted many times in one tick is worked on once', async () => {
  const done: string[] = []
  const queue = new WorkQueue(async (key) => void done.push(key), options(new FakeClock()))
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
  }, options(new FakeClock()))
  queue.start()
  queue.add('a')
  await queue.idle()
  assert.equal(runs, 2)
})

test('a failing key is retried after a delay that doubles, and success forgets it', async () => {
  const clock = new FakeClock()
  const delays: number[] = []
  let failures = 3
  const queue = new WorkQueue(
    async () => {
      if (failures-- > 0) throw new Error('not yet')
    },
    { ...options(clock), onError: (_, __, retryIn) => delays.push(retryIn) },
  )
  queue.start()
  queue.add('a')
  for (let i = 0; i < 4; i++) {
    await queue.idle()
    clock.advance(clock.next ?? 0)
  }
  assert.deepEqual(delays, [5, 10, 20])
  assert.equal(clock.pending, 0)
})

test('nothing is worked on before start, and nothing after the signal', async () => {
  const abort = new AbortController()
  const done: string[] = []
  const queue = new WorkQueue(async (key) => void done.push(key), { ...options(new FakeClock()), signal: abort.signal })
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
