import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPersistence, readRetry, readTimeouts } from './policies.ts'

test('timeouts are durations, and zero is no limit', () => {
  assert.deepEqual(readTimeouts(undefined), { value: {} })
  assert.deepEqual(readTimeouts({ request: '0s', backendRequest: '0s' }), { value: {} })
  assert.deepEqual(readTimeouts({ request: '1s', backendRequest: '500ms' }), {
    value: { requestTimeoutMs: 1000, backendTimeoutMs: 500 },
  })
  assert.deepEqual(readTimeouts({ backendRequest: '2s' }), { value: { backendTimeoutMs: 2000 } })
  assert.deepEqual(readTimeouts({ request: '0s', backendRequest: '2s' }), { value: { backendTimeoutMs: 2000 } })
  assert.deepEqual(readTimeouts({ request: '2s', backendRequest: '2s' }).fault, undefined)
  // A proxy would take more for a time that is past.
  assert.deepEqual(readTimeouts({ request: '99999h', backendRequest: '720h' }).value, {
    requestTimeoutMs: 2_147_483_647,
    backendTimeoutMs: 2_147_483_647,
  })
})

test('a timeout that is no duration, or that cannot come, is refused', () => {
  assert.match(readTimeouts({ request: 'soon' }).fault?.message ?? '', /^timeouts.request "soon" is no duration/)
  assert.match(
    readTimeouts({ backendRequest: '1' }).fault?.message ?? '',
    /^timeouts.backendRequest "1" is no duration/,
  )
  assert.deepEqual(readTimeouts({ request: '1s', backendRequest: '2s' }).fault, {
    reason: 'UnsupportedValue',
    message: 'timeouts.backendRequest is longer than timeouts.request',
  })
})

test('a name of a session that would be more than a name is refused', () => {
  for (const sessionName of ['a=b; Domain=evil', 'a\r\nSet-Cookie: b', 'a b', 'Content-Length'])
    assert.match(readPersistence({ sessionName }, 'r').fault?.message ?? '', /sessionName .* is no name/)
})

test('a retry says after which answers, and how often', () => {
  assert.deepEqual(readRetry(undefined), { value: undefined })
  assert.deepEqual(readRetry({}), { value: { codes: [], attempts: 1 } })
  assert.deepEqual(readRetry({ codes: [503, 500, 503], attempts: -2 }), { value: { codes: [500, 503], attempts: 0 } })
  assert.deepEqual(readRetry({ codes: [500, 503], attempts: 100, backoff: '0s' }), {
    value: { codes: [500, 503], attempts: 100 },
  })
  for (const code of [401, 403, 404, 408, 425, 500, 501, 502, 503, 504])
    assert.equal(readRetry({ codes: [code] }).fault, undefined)
})

test('a retry that the proxy cannot do is refused', () => {
  const words = (retry: Parameters<typeof readRetry>[0]) => readRetry(retry).fault?.message
  assert.match(words({ codes: [500, 429] }) ?? '', /^a retry after the status 429 is not supported/)
  assert.equal(words({ backoff: 'x' }), 'retry.backoff "x" is no duration')
  assert.equal(words({ backoff: '100ms' }), 'retry.backoff is not supported: HAProxy sends again at once')
  assert.equal(words({ attempts: 101 }), 'retry.attempts is more than 100')
  assert.equal(readRetry({ attempts: 101 }).fault?.reason, 'UnsupportedValue')
})

test('persistence is by cookie for the client’s session where nothing else is said', () => {
  assert.deepEqual(readPersistence(undefined, 'a'), { value: undefined })
  assert.deepEqual(readPersistence({ sessionName: 'S' }, 'a'), {
    value: { type: 'Cookie', name: 'S', lifetime: 'Session' },
  })
  assert.deepEqual(
    readPersistence(
      { sessionName: 'S', type: 'Header', absoluteTimeout: '1m', cookieConfig: { lifetimeType: 'Permanent' } },
      'a',
    ),
    { value: { type: 'Header', name: 'S', absoluteTimeoutMs: 60_000, lifetime: 'Permanent' } },
  )
})

test('a session without a name has one by its rule, always the same', () => {
  const name = (owner: string) => readPersistence({}, owner).value?.name
  assert.match(name('a') ?? '', /^fairlead-[0-9a-f]{8}$/)
  assert.equal(name('HTTPRoute shop/cart 0'), name('HTTPRoute shop/cart 0'))
  assert.notEqual(name('HTTPRoute shop/cart 0'), name('HTTPRoute shop/cart 1'))
  assert.equal(name('a'), 'fairlead-e40c292c')
})

test('persistence that is not there is refused', () => {
  assert.match(readPersistence({ idleTimeout: '1s' }, 'a').fault?.message ?? '', /idleTimeout is not supported/)
  assert.match(
    readPersistence({ absoluteTimeout: 'x' }, 'a').fault?.message ?? '',
    /absoluteTimeout "x" is no duration/,
  )
  const forever = readPersistence({ cookieConfig: { lifetimeType: 'Permanent' } }, 'a')
  assert.match(forever.fault?.message ?? '', /a permanent cookie needs sessionPersistence.absoluteTimeout/)
  assert.equal(readPersistence({ cookieConfig: { lifetimeType: 'Session' } }, 'a').fault, undefined)
})
