import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTurn } from './turns.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('all that ask are called back once, in order, and never inside of the asking', async () => {
  const called: number[] = []
  for (let number = 0; number < 100; number++) inTurn(() => called.push(number))
  assert.deepEqual(called, [])
  await turn()
  assert.deepEqual(
    called,
    Array.from({ length: 100 }, (_, number) => number),
  )
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

test('what one begins goes on before all others have been called back', async () => {
  const called: string[] = []
  inTurn(() => queueMicrotask(() => called.push('begun')))
  for (let number = 0; number < 50; number++) inTurn(() => called.push('other'))
  await turn()
  assert.ok(called.indexOf('begun') < 20, called.join(' '))
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
  await turn()
  await turn()
  assert.deepEqual(faults, [thrown])
  assert.equal(called.length, 20)
})
