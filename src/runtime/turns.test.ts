import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('so many at once, the others in the order in which they came, and a failure gives its turn on', async () => {
  const turns = new Turns(2)
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string, fails = false) =>
    turns
      .take(async () => {
        log.push(name)
        await new Promise<void>((resolve) => ends.set(name, resolve))
        if (fails) throw new Error(name)
      })
      .catch(() => log.push(`${name} failed`))
  const settled = async () => await new Promise((resolve) => setImmediate(resolve))
  const all = [work('a'), work('b', true), work('c'), work('d')]
  await settled()
  assert.deepEqual(log, ['a', 'b'])
  ends.get('b')!()
  await settled()
  assert.deepEqual(log.toSorted(), ['a', 'b', 'b failed', 'c'])
  ends.get('a')!()
  await settled()
  assert.deepEqual(log.at(-1), 'd')
  for (const name of ['c', 'd']) ends.get(name)!()
  await Promise.all(all)
})

test('what takes too long gives its turn on, and its end is told all the same', async () => {
  const turns = new Turns(1)
  const slow = Promise.withResolvers<string>()
  const hangs = turns.takeAtMost(20, () => slow.promise)
  assert.equal(await turns.takeAtMost(20, async () => 'next'), 'next')
  slow.resolve('at last')
  assert.equal(await hangs, 'at last')
  await assert.rejects(
    turns.takeAtMost(20, async () => {
      throw new Error('failed')
    }),
    /failed/,
  )
  assert.equal(await turns.takeAtMost(20, async () => 'after it'), 'after it')
})

test('who gives up before its turn leaves it to others', async () => {
  const turns = new Turns(1)
  const first = Promise.withResolvers<void>()
  const one = turns.take(() => first.promise)
  const giving = new AbortController()
  const left = turns.take(async () => assert.fail('nobody waits for it'), giving.signal)
  const late = turns.takeAtMost(1000, async () => assert.fail('nor for that'), giving.signal)
  const next = turns.take(async () => 'next')
  giving.abort(new Error('gone'))
  await assert.rejects(left, /gone/)
  await assert.rejects(late, /gone/)
  first.resolve()
  await one
  assert.equal(await next, 'next')
})

test('a turn that is handed on is not free beside, and one that nobody waits for is', async () => {
  const turns = new Turns(1)
  let running = 0
  let most = 0
  const work = () =>
    turns.take(async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
    })
  await Promise.all([work(), work(), work()])
  await Promise.all([work(), work(), work()])
  assert.equal(most, 1)
})
