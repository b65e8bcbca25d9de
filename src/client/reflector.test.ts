import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject, Resource } from '#api/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { ApiError, type Client, type List, type Watch, type WatchEvent } from './client.ts'
import { reflect } from './reflector.ts'

const things = { group: '', version: 'v1', kind: 'Thing', plural: 'things' } as unknown as Resource
const gone = new ApiError({ code: 410, reason: 'Expired', message: 'too old resource version' } as never)
const notServed = new ApiError({ code: 404, reason: 'NotFound', message: 'the server could not find it' } as never)
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A server that is played by hand: what was asked of it, and the watch that is open. */
const setup = ({ isOptional = false, list = () => undefined as Error | undefined } = {}) => {
  const clock = new HandClock()
  const abort = new AbortController()
  const asked: string[] = []
  const errors: string[] = []
  const seen: string[] = []
  let version = 0
  let current: { event: (event: WatchEvent<ApiObject>) => void; end: (error?: Error) => void } | undefined
  const client = {
    list: async (): Promise<List<ApiObject>> => {
      asked.push('list')
      const refused = list()
      if (refused) throw refused
      return { items: [], resourceVersion: String(++version) }
    },
    watch: (_: unknown, { resourceVersion }: { resourceVersion: string }, onEvent: never): Watch => {
      asked.push(`watch ${resourceVersion}`)
      let end!: (error?: Error) => void
      const done = new Promise<void>((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve())
      })
      current = { event: onEvent, end }
      return { done, stop: () => end() }
    },
  } as unknown as Client
  const done = reflect(
    client,
    things,
    {
      replace: (_, resourceVersion) => seen.push(`replace ${resourceVersion}`),
      apply: (event) => seen.push(event.type),
    },
    {
      clock,
      random: () => 1,
      signal: abort.signal,
      isOptional,
      onError: (error, step) => errors.push(`${step}: ${(error as Error).message}`),
    },
  )
  return { clock, abort, asked, errors, seen, done, watch: () => current! }
}

test('the first 410 lists again at once, a second in a row after a pause, and a quiet while makes it the first again', async () => {
  const { clock, abort, asked, errors, watch, done } = setup()
  await turn()
  assert.deepEqual(asked, ['list', 'watch 1'])
  watch().end(gone)
  await turn()
  assert.deepEqual(asked, ['list', 'watch 1', 'list', 'watch 2'], 'at once')
  watch().end(gone)
  await turn()
  assert.equal(asked.length, 4, 'not at once')
  clock.advance(clock.next!)
  await turn()
  assert.deepEqual(asked.slice(4), ['list', 'watch 3'])
  clock.advance(60_000)
  watch().end(gone)
  await turn()
  assert.deepEqual(asked.slice(6), ['list', 'watch 4'], 'at once again')
  assert.deepEqual(errors, [], 'that history is forgotten is no error')
  abort.abort()
  await done
})

test('a watch that a server ends goes on where it stood: by its last event, or its last bookmark', async () => {
  const { clock, abort, asked, seen, watch, done } = setup()
  await turn()
  watch().event({ type: 'ADDED', object: { metadata: { resourceVersion: '7' } } as ApiObject })
  watch().end()
  await turn()
  watch().event({ type: 'BOOKMARK', resourceVersion: '12' })
  watch().end()
  await turn()
  assert.deepEqual(asked, ['list', 'watch 1', 'watch 7', 'watch 12'])
  assert.deepEqual(seen, ['replace 1', 'ADDED', 'BOOKMARK'])
  // One that says nothing and is ended at once is not asked in a tight loop.
  watch().end()
  await turn()
  assert.equal(asked.length, 4)
  clock.advance(clock.next!)
  await turn()
  assert.deepEqual(asked.slice(4), ['watch 12'])
  abort.abort()
  await done
})

test('a watch that fails is told and taken up after a pause that grows, without a new list', async () => {
  const { clock, abort, asked, errors, watch, done } = setup()
  await turn()
  const pauses: number[] = []
  for (let round = 0; round < 3; round++) {
    watch().end(new Error('connection reset'))
    await turn()
    pauses.push(clock.next!)
    clock.advance(clock.next!)
    await turn()
  }
  assert.deepEqual(pauses, [50, 100, 200])
  assert.deepEqual(errors, Array(3).fill('watch: connection reset'))
  assert.deepEqual(asked, ['list', 'watch 1', 'watch 1', 'watch 1', 'watch 1'])
  abort.abort()
  await done
})

test('after the signal nothing is applied and nothing asked', async () => {
  const { abort, asked, seen, watch, done } = setup()
  await turn()
  const { event } = watch()
  abort.abort()
  event({ type: 'ADDED', object: { metadata: { resourceVersion: '7' } } as ApiObject })
  await done
  assert.deepEqual(asked, ['list', 'watch 1'])
  assert.deepEqual(seen, ['replace 1'])
})

test('a kind that may not be served is empty until it is, without an error, and is looked for again', async () => {
  let served = false
  const { clock, abort, asked, errors, seen, watch, done } = setup({
    isOptional: true,
    list: () => (served ? undefined : notServed),
  })
  await turn()
  assert.deepEqual([asked, seen, errors], [['list'], ['replace '], []])
  for (let round = 0; round < 12; round++) {
    clock.advance(clock.next!)
    await turn()
  }
  assert.equal(asked.length, 13)
  assert.ok(clock.next! <= 10_000, 'soon, however long it was not there')
  served = true
  clock.advance(clock.next!)
  await turn()
  assert.deepEqual([asked.slice(13), seen.at(-1)], [['list', 'watch 1'], 'replace 1'])
  watch().event({ type: 'ADDED', object: { metadata: { resourceVersion: '7' } } as ApiObject })
  // And it is gone again.
  served = false
  watch().end(notServed)
  await turn()
  clock.advance(clock.next!)
  await turn()
  assert.deepEqual([asked.slice(15), seen.slice(-2), errors], [['list'], ['ADDED', 'replace '], []])
  abort.abort()
  await done
})

test('of such a kind other faults are told as of any, and of another kind that it is not served is a fault', async () => {
  for (const [isOptional, fault] of [
    [true, new Error('connection refused')],
    [false, notServed],
  ] as const) {
    const { abort, errors, seen, done } = setup({ isOptional, list: () => fault })
    await turn()
    assert.deepEqual([errors, seen], [[`list: ${fault.message}`], []])
    abort.abort()
    await done
  }
  const { abort, errors, watch, done } = setup()
  await turn()
  watch().end(notServed)
  await turn()
  assert.deepEqual(errors, [`watch: ${notServed.message}`])
  abort.abort()
  await done
})
