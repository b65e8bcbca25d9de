import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry, Rule } from './entry.ts'
import { byPrecedence, type Ranked } from './precedence.ts'
import { seniorityOf } from './seniority.ts'

const rule = { id: '', origin: { kind: '', name: '' }, index: 0, filters: [] } as unknown as Rule
const header = { name: 'a', type: 'Exact', value: '' } as const

const ranked = (entry: Partial<Entry> = {}, more: Partial<Ranked> = {}): Ranked => ({
  entry: { hostname: '', path: { type: 'Prefix', value: '/' }, headers: [], query: [], rule, ...entry },
  seniority: { since: 5, key: 'shop/b' },
  order: 1,
  ...more,
})

/** Each goes before the next one, and all but what tells these two apart speaks for the second. */
const PAIRS: readonly (readonly [string, Ranked, Ranked])[] = [
  [
    'an exact hostname before a longer one with a star',
    ranked({ hostname: 'a.test' }, { order: 9 }),
    ranked({ hostname: '*.long.a.test', path: { type: 'Exact', value: '/a' } }),
  ],
  [
    'the longer hostname with a star',
    ranked({ hostname: '*.a.test' }, { order: 9 }),
    ranked({ hostname: '*.test', path: { type: 'Exact', value: '/a' } }),
  ],
  [
    'any hostname before none',
    ranked({ hostname: '*.test' }, { order: 9 }),
    ranked({ path: { type: 'Exact', value: '/a' } }),
  ],
  [
    'an exact path before a longer prefix',
    ranked({ path: { type: 'Exact', value: '/a' } }, { order: 9 }),
    ranked({ path: { type: 'Prefix', value: '/a/b' }, method: 'GET' }),
  ],
  [
    'the longer prefix',
    ranked({ path: { type: 'Prefix', value: '/a/b' } }, { order: 9 }),
    ranked({ path: { type: 'Prefix', value: '/a' }, method: 'GET' }),
  ],
  [
    'a prefix before a regular expression',
    ranked({ path: { type: 'Prefix', value: '/' } }, { order: 9 }),
    ranked({ path: { type: 'RegularExpression', value: '/a/b' }, method: 'GET' }),
  ],
  [
    'of two regular expressions not the longer one, but that with a method',
    ranked({ path: { type: 'RegularExpression', value: '/a' }, method: 'GET' }, { order: 9 }),
    ranked({ path: { type: 'RegularExpression', value: '/a/b' }, headers: [header] }),
  ],
  ['a method before headers', ranked({ method: 'GET' }, { order: 9 }), ranked({ headers: [header] })],
  ['more headers before parameters', ranked({ headers: [header] }, { order: 9 }), ranked({ query: [header, header] })],
  [
    'more parameters before age',
    ranked({ query: [header] }, { order: 9 }),
    ranked({}, { seniority: { since: 1, key: 'shop/a' } }),
  ],
  [
    'the older route before names',
    ranked({}, { seniority: { since: 4, key: 'shop/z' }, order: 9 }),
    ranked({}, { seniority: { since: 5, key: 'shop/a' } }),
  ],
  [
    'the first name before the order',
    ranked({}, { seniority: { since: 5, key: 'shop/a' }, order: 9 }),
    ranked({}, { seniority: { since: 5, key: 'shop/b' } }),
  ],
  ['the first of an object', ranked({}, { order: 1 }), ranked({}, { order: 2 })],
]

for (const [what, first, second] of PAIRS)
  test(`precedence: ${what}`, () => {
    assert.ok(byPrecedence(first, second) < 0)
    assert.ok(byPrecedence(second, first) > 0)
    assert.equal(byPrecedence(first, { ...first }), 0)
  })

test('entries of hostnames that no request has both of are in one order always', () => {
  const one = ranked({ hostname: 'a.test' }, { order: 2 })
  const other = ranked({ hostname: 'b.test' }, { order: 1 })
  assert.ok(byPrecedence(one, other) < 0)
  assert.ok(byPrecedence(other, one) > 0)
})

test('how old an object is follows from its metadata; who has no date was there from the beginning', () => {
  assert.deepEqual(seniorityOf({ namespace: 'shop', name: 'a', creationTimestamp: '2026-01-01T00:00:01Z' }), {
    since: Date.UTC(2026, 0, 1, 0, 0, 1),
    key: 'shop/a',
  })
  assert.deepEqual(seniorityOf({ name: 'a' }), { since: 0, key: 'a' })
  assert.deepEqual(seniorityOf(undefined), { since: 0, key: '' })
})
