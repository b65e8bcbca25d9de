import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backlog } from './backlog.ts'

test('work comes in its order, each once; endpoints that change meanwhile are not kept waiting', async () => {
  const backlog = new Backlog()
  for (const work of ['audit', 'plan', 'servers', 'plan'] as const) backlog.add(work)
  assert.deepEqual(
    [backlog.take(), backlog.take(), backlog.take(), backlog.take()],
    ['plan', 'servers', 'audit', undefined],
  )
  const { promise, resolve } = Promise.withResolvers<string>()
  const given: (readonly string[])[] = []
  backlog.addBackends(['a'])
  const work = backlog.meanwhile(promise, async () => given.push(backlog.takeBackends()))
  await new Promise((next) => setImmediate(next))
  backlog.addBackends(['b', 'c', 'b'])
  await new Promise((next) => setImmediate(next))
  assert.deepEqual(given, [['a'], ['b', 'c']])
  resolve('done')
  assert.equal(await work, 'done')
  await assert.rejects(
    backlog.meanwhile(Promise.reject(new Error('no')), async () => {}),
    { message: 'no' },
  )
})
