import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTime } from './making-watch.ts'

/** What never comes to an end, unless it is ended. */
const hanging = (limits: { readonly most: number; readonly givenUp: number }, signal?: AbortSignal) => {
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
  const limits = { most: 60_000, givenUp: 20 }
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
