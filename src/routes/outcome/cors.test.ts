import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cors } from '../table/entry.ts'
import { corsVerdict } from './cors.ts'

const cors = (more: Partial<Cors> = {}): Cors => ({
  origins: ['https://a.test'],
  methods: ['GET', 'PUT'],
  allowHeaders: [],
  exposeHeaders: [],
  maxAgeSeconds: 5,
  credentials: false,
  ...more,
})

/** What is said to a page of an origin, by the headers' names without `access-control-`. */
const told = (filter: Cors, method = 'GET', more: Record<string, string> = {}) => {
  const verdict = corsVerdict(filter, method, Object.entries({ origin: 'https://a.test', ...more }))
  if (verdict.type === 'none') return verdict.type
  return Object.fromEntries(verdict.headers.map(([name, value]) => [name.replace('access-control-', ''), value]))
}
const preflight = (filter: Cors, asked?: string) =>
  told(filter, 'OPTIONS', {
    'access-control-request-method': 'PUT',
    ...(asked && { 'access-control-request-headers': asked }),
  })

const ALLOWED = { 'allow-origin': 'https://a.test', vary: 'Origin' }

test('a preflight is told the methods and headers that are listed, and how long that holds', () => {
  const own = { ...ALLOWED, 'allow-methods': 'GET, PUT', 'max-age': '5' }
  assert.deepEqual(preflight(cors()), own)
  assert.deepEqual(preflight(cors({ allowHeaders: ['x-a', 'x-b'] }), 'x-c'), { ...own, 'allow-headers': 'x-a, x-b' })
})

test('an origin that is not allowed is told nothing but that answers differ, and a page of ours not even that', () => {
  assert.deepEqual(told(cors({ credentials: true }), 'GET', { origin: 'https://b.test' }), { vary: 'Origin' })
  assert.deepEqual(corsVerdict(cors(), 'GET', []), { type: 'none' })
})

test('a star of headers is told as one, and with credentials as the headers that are asked for', () => {
  const allowHeaders = ['*']
  const headers = (credentials: boolean, asked?: string) => {
    const all = preflight(cors({ allowHeaders, credentials }), asked)
    return typeof all === 'object' && all['allow-headers']
  }
  assert.deepEqual([headers(false), headers(false, 'x-a')], ['*', '*'])
  assert.deepEqual([headers(true), headers(true, 'x-a, x-b')], [undefined, 'x-a, x-b'])
})

test('credentials are told where they are allowed, to preflights and to requests', () => {
  assert.deepEqual(told(cors({ credentials: true })), { ...ALLOWED, 'allow-credentials': 'true' })
  assert.deepEqual(preflight(cors({ methods: [], credentials: true })), {
    ...ALLOWED,
    'allow-credentials': 'true',
    'max-age': '5',
  })
})

test('headers that pages may read are told, but no star where there are credentials, to whom it means nothing', () => {
  const exposed = (exposeHeaders: readonly string[], credentials = false) => {
    const all = told(cors({ exposeHeaders, credentials }))
    return typeof all === 'object' && all['expose-headers']
  }
  assert.equal(exposed([]), undefined)
  assert.deepEqual([exposed(['x-a']), exposed(['x-a'], true)], ['x-a', 'x-a'])
  assert.deepEqual([exposed(['x-a', 'x-b']), exposed(['x-a', 'x-b'], true)], ['x-a, x-b', 'x-a, x-b'])
  assert.deepEqual([exposed(['*']), exposed(['*'], true)], ['*', undefined])
})

test('a star stands for the first labels of a host, and for nothing else of an origin', () => {
  const isAllowed = (allowed: string, origin: string) =>
    JSON.stringify(told(cors({ origins: [allowed] }), 'GET', { origin })).includes('allow-origin')
  for (const [allowed, origin] of [
    ['https://*.a.test', 'https://b.a.test'],
    ['https://*.a.test', 'HTTPS://B.A.test'],
    ['https://*.a.test', 'https://b.a.test:443'],
    ['https://*.a.test:8443', 'https://b.c.a.test:8443'],
    ['https://*', 'https://b.test'],
  ] as const)
    assert.ok(isAllowed(allowed, origin), `${allowed} ${origin}`)
  for (const [allowed, origin] of [
    ['https://*.a.test', 'http://bcd.a.test'],
    ['https://*.a.test', 'https://bcd.b.test'],
    ['https://*.a.test', 'https://b.a.test:8443'],
    ['https://*.a.test:8443', 'https://b.a.test'],
    ['https://*', 'https://b.test:8443'],
    ['https://b*.a.test', 'https://bc.a.test'],
    ['https://b.test', 'https://bc.test'],
  ] as const)
    assert.ok(!isAllowed(allowed, origin), `${allowed} ${origin}`)
})
