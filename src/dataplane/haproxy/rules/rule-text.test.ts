import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Filter, PathChange, Rule } from '#routes/table/entry.ts'
import { ruleTo, textOf, to } from '../testing/entries.ts'
import { contentId } from './content-id.ts'
import { expressionText } from './expression.ts'
import { RuleTexts } from './rule-text.ts'

const slots = (more: Readonly<Record<string, string>> = {}) =>
  new RuleTexts(new Map(Object.entries({ one: 'http-1', two: 'http-2', ...more })))
const RULES = slots()
const led = (more: Partial<Rule>) => RULES.of(ruleTo('one', more))
const written = (more: Partial<Rule>) => textOf(led(more))
const programOf = (pattern: string) => expressionText(pattern).name
const SET: Filter = { type: 'requestHeaders', set: [{ name: 'X-A', value: '1' }], add: [], remove: [] }

test('a rule that only forwards to one backend is its slot and its name, without a text', () => {
  assert.deepEqual(led({}), { value: 'http-1;HTTPRoute shop/one 0' })
  const id = `HTTPRoute shop/${'x'.repeat(150)} 0`
  assert.deepEqual(led({ id }), { value: `http-1;${contentId(id)}` })
})

test('whatever more there is to do is the program’s', () => {
  const more: readonly Partial<Rule>[] = [
    { filters: [SET] },
    { action: { type: 'forward', to: [to('one', { filters: [SET] })] } },
    { action: { type: 'forward', to: [to('one'), to('two')] } },
    { action: { type: 'forward', to: [] } },
    { action: { type: 'forward', to: [to('gone')] } },
    { action: { type: 'forward', to: [to('one', { to: { status: 503, reason: 'NoEndpoints' } })] } },
    { action: { type: 'answer', status: 404, reason: 'NoBackend' } },
    { requestTimeoutMs: 1000 },
    { backendTimeoutMs: 1000 },
    { persistence: { type: 'Cookie', name: 'id', lifetime: 'Session' } },
    { sources: ['10.0.0.0/8'] },
    { refused: ['10.0.0.0/8'] },
    { bodyLimit: { octets: 0, isWritten: true } },
  ]
  for (const one of more) {
    assert.match(led(one).value, /^=[0-9a-f]{32}$/, JSON.stringify(one))
    const { action: _, ...rest } = one
    const { action: __, ...text } = written(one)
    assert.deepEqual(text, { name: 'HTTPRoute shop/one 0', filters: [], ...rest })
  }
})

test('shares are sent to slots, and told apart by what follows from the backend; without one they are answered', () => {
  const shares = [
    to('one', { weight: 3, filters: [SET] }),
    to('gone'),
    to('one', { weight: 0, to: { status: 503, reason: 'NoEndpoints' } }),
  ]
  assert.deepEqual(written({ action: { type: 'forward', to: shares } }).action, {
    type: 'forward',
    to: [
      { weight: 3, slot: 'http-1', key: contentId('one'), filters: [SET] },
      { weight: 1, status: 500, filters: [] },
      { weight: 0, status: 503, filters: [] },
    ],
  })
})

test('a path that is moved by an expression comes with its program, wherever that stands', () => {
  const path: PathChange = { type: 'Regex', pattern: '/a/(.*)', value: '/$1' }
  const moved = { type: 'Regex', program: programOf('/a/(.*)'), value: '/$1' }
  assert.deepEqual(written({ filters: [{ type: 'rewrite', hostname: 'b.test', path }] }).filters, [
    { type: 'rewrite', hostname: 'b.test', path: moved },
  ])
  assert.deepEqual(written({ action: { type: 'redirect', status: 302, path } }).action, {
    type: 'redirect',
    status: 302,
    path: moved,
  })
  const redirects = [to('one', { filters: [{ type: 'redirect', status: 301, path }] })]
  assert.deepEqual(written({ action: { type: 'forward', to: redirects } }).action.to[0].filters, [
    { type: 'redirect', status: 301, path: moved },
  ])
})

test('all else of filters and actions is written as it is', () => {
  const action = { type: 'answer', status: 403, reason: 'Refused' } as const
  assert.deepEqual(written({ action }).action, action)
  const redirect = { type: 'redirect', scheme: 'https', status: 308 } as const
  assert.deepEqual(written({ action: redirect }).action, redirect)
  const full = { type: 'rewrite', path: { type: 'Full', value: '/b' } } as const
  assert.deepEqual(written({ filters: [SET, full] }).filters, [SET, full])
})

test('copies go to a slot for a namespace, and nowhere where there is no backend', () => {
  const one = { type: 'mirror', numerator: 1, denominator: 4 } as const
  const share = { ...one, namespace: 'shop' }
  assert.deepEqual(written({ filters: [{ ...one, backend: 'two' }, { ...one, backend: 'gone' }, one] }).filters, [
    { ...share, slot: 'http-2' },
    share,
    share,
  ])
})

test('a rule is written once, until a backend of it has another slot', () => {
  const plain = ruleTo('one')
  const copied = ruleTo('one', { filters: [{ type: 'mirror', backend: 'two', numerator: 1, denominator: 1 }] })
  for (const rule of [plain, copied]) {
    const before = RULES.of(rule)
    assert.equal(slots({ other: 'http-3' }).of(rule), before)
    const after = slots({ [rule === plain ? 'one' : 'two']: 'http-7' }).of(rule)
    assert.match(rule === plain ? after.value : textOf(after).filters[0].slot, /^http-7/)
  }
  const gone = new RuleTexts(new Map()).of(plain)
  assert.deepEqual(textOf(gone).action.to, [{ weight: 1, status: 500, filters: [] }])
})
