import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from './turns.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Until nobody waits any more. */
const turns = async (): Promise<void> => {
  for (let count = 0; count < 10; count++) await turn()
}

test('all that ask are called back once, in order, and never inside of the asking', async () => {
  const called: number[] = []
  for (let number = 0; number < 100; number++) inTurn(() => called.push(number))
  assert.deepEqual(called, [])
  await turns()
  assert.deepEqual(
    called,
    Array.from({ length: 100 }, (_, number) => number),
  )
})

test('of many that go on asking each has its turn once in a round', async () => {
  const called: number[] = []
  const ask = (number: number): void =>
    inTurn(() => {
      called.push(number)
      if (called.length < 4900) ask(number)
    })
  for (let number = 0; number < 100; number++) ask(number)
  while (called.length < 4999) await turn()
  await turns()
  assert.equal(called.length, 4999)
  assert.ok(called.every((number, index) => number === index % 100))
})

test('who asks while others are called back has a turn of its own', async () => {
  const called: string[] = []
  inTurn(() => {
    called.push('first')
    inTurn(() => called.push('third'))
  })
  inTurn(() => called.push('second'))
  await turn()
  assert.deepEqual(called, ['first', 'second'])
  await turn()
  assert.deepEqual(called, ['first', 'second', 'third'])
})

const busyFor = (milliseconds: number): void => {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}

test('bounds: whoever else waits for the event loop has a turn before all have been called back', async () => {
  const called: string[] = []
  inTurn(() => {
    queueMicrotask(() => called.push('begun'))
    setImmediate(() => called.push('request'))
  })
  for (let number = 0; number < 100; number++)
    inTurn(() => {
      busyFor(1)
      called.push('other')
    })
  await turns()
  assert.equal(called.length, 102)
  assert.ok(called.indexOf('begun') < 40, called.join(' '))
  assert.ok(called.indexOf('request') < 60, called.join(' '))
})

test('where others take long, as many are called as have their turn in that time', async () => {
  let waiting = 800
  let others = 0
  const other = (): void => {
    if (waiting === 0) return
    others++
    busyFor(5)
    setImmediate(other)
  }
  setImmediate(other)
  for (let number = 0; number < 800; number++) inTurn(() => waiting--)
  while (waiting > 0) await turn()
  assert.ok(others < 25, `${others}`)
})

test('one that throws keeps nobody from its turn', async (context) => {
  const thrown = new Error('thrown')
  const faults: unknown[] = []
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => faults.push(error))
  context.after(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
  })
  const called: number[] = []
  inTurn(() => {
    throw thrown
  })
  for (let number = 0; number < 20; number++) inTurn(() => called.push(number))
  await turns()
  assert.deepEqual(faults, [thrown])
  assert.equal(called.length, 20)
})
