import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTime } from './making-watch.ts'

/** What never comes to an end, unless it is ended. */
const hanging = (given: { readonly most: number; readonly givenUp: number }, signal?: AbortSignal) => {
  const limits = { again: 60_000, ...given }
  const { promise, reject } = Promise.withResolvers<never>()
  return inTime(promise, { id: 'c', end: () => reject(new Error('killed')), signal, limits })
}

test('a container that is not made in its time is given up, and it is said why', async () => {
  await assert.rejects(hanging({ most: 20, givenUp: 60_000 }), {
    code: 'CONTAINER_CANNOT_RUN',
    message: /container 'c': runc has not made it in 0\.02 seconds.*\/etc\/group/,
  })
})

test('what nobody waits for any more is ended soon, also where that was so before; what is soon made is not', async () => {
  const limits = { most: 60_000, givenUp: 20, again: 60_000 }
  const wanted = new AbortController()
  const made = hanging(limits, wanted.signal)
  wanted.abort()
  await assert.rejects(made, { message: 'killed' })
  await assert.rejects(hanging(limits, AbortSignal.abort()), { message: 'killed' })
  let ended = 0
  const soon = { id: 'c', end: () => ended++, signal: AbortSignal.abort(), limits }
  assert.equal(await inTime(Promise.resolve(7), soon), 7)
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.equal(ended, 0)
})

test('what cannot be ended just now is ended a moment later, and no more tries come after its end', async () => {
  const limits = { most: 10, givenUp: 60_000, again: 10 }
  const { promise, reject } = Promise.withResolvers<never>()
  let tries = 0
  const end = () => {
    if (++tries < 3) throw new Error('EMFILE')
    reject(new Error('killed'))
  }
  await assert.rejects(inTime(promise, { id: 'c', end, limits }), { code: 'CONTAINER_CANNOT_RUN' })
  assert.equal(tries, 3)
  const never = { id: 'c', limits, end: () => assert.fail(String(++tries)) }
  const made = new Promise((resolve) => setTimeout(() => resolve(7), 35))
  assert.equal(await inTime(made, never), 7)
  const after = tries
  assert.ok(after > 3)
  await new Promise((resolve) => setTimeout(resolve, 40))
  assert.equal(tries, after)
})
