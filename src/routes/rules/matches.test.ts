import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HTTPRouteMatch } from '#api/gatewayapi/httproute/match.ts'
import { grpcMatches, httpMatches } from './matches.ts'

const all = { path: { type: 'Prefix', value: '/' }, headers: [], query: [] }

test('a rule without matches, and a match without a path, take all paths', () => {
  assert.deepEqual(httpMatches(undefined), { value: [all] })
  assert.deepEqual(httpMatches([]), { value: [all] })
  assert.deepEqual(httpMatches([{}]), { value: [all] })
  assert.deepEqual(httpMatches([{ path: {} }]), { value: [all] })
  assert.deepEqual(grpcMatches(undefined), { value: [all] })
  assert.deepEqual(grpcMatches([{}]), { value: [{ ...all, call: { service: 0, method: 0 } }] })
})

test('paths are matched as they are asked for, prefixes by elements', () => {
  const read = (type: 'Exact' | 'PathPrefix' | 'RegularExpression', value: string) =>
    httpMatches([{ path: { type, value } }]).value[0]?.path
  assert.deepEqual(read('PathPrefix', '/a/'), { type: 'Prefix', value: '/a' })
  assert.deepEqual(read('PathPrefix', '/'), { type: 'Prefix', value: '/' })
  assert.deepEqual(read('PathPrefix', '/%7ea'), { type: 'Prefix', value: '/~a' })
  assert.deepEqual(read('Exact', '/a/'), { type: 'Exact', value: '/a/' })
  assert.deepEqual(read('Exact', '/%c3%a9'), { type: 'Exact', value: '/%C3%A9' })
  assert.deepEqual(read('RegularExpression', '/a.*/'), { type: 'RegularExpression', value: '/a.*/' })
  assert.deepEqual(httpMatches([{ path: { value: '/a' } }]).value[0]?.path, { type: 'Prefix', value: '/a' })
})

test('of headers and parameters that have one name the first counts; headers are in lower case', () => {
  const [match] = httpMatches([
    {
      method: 'POST',
      headers: [
        { name: 'X-A', value: '1' },
        { name: 'x-a', value: '2' },
        { name: 'B', value: '.+', type: 'RegularExpression' },
      ],
      queryParams: [
        { name: 'Q', value: '1' },
        { name: 'Q', value: '2' },
        { name: 'q', value: '3' },
      ],
    },
  ]).value
  assert.deepEqual(match, {
    path: { type: 'Prefix', value: '/' },
    method: 'POST',
    headers: [
      { name: 'x-a', type: 'Exact', value: '1' },
      { name: 'b', type: 'RegularExpression', value: '.+' },
    ],
    query: [
      { name: 'Q', type: 'Exact', value: '1' },
      { name: 'q', type: 'Exact', value: '3' },
    ],
  })
})

const WRONG: readonly (readonly [unknown, RegExp])[] = [
  [{ path: { type: 'Glob', value: '/a' } }, /the type Glob of a path's match is not known/],
  [{ path: { type: 'Exact', value: 'a' } }, /the path "a" does not begin with \//],
  [{ path: { type: 'PathPrefix', value: 'a' } }, /the path "a" does not begin with \//],
  [{ path: { type: 'RegularExpression', value: '(' } }, /the regular expression \( is none of RE2/],
  [{ headers: [{ name: 'a', type: 'Glob', value: '' }] }, /the type Glob of the match of a is not known/],
  [{ headers: [{ name: 'a', type: 'RegularExpression', value: '[' }] }, /the regular expression \[ is none/],
  [{ queryParams: [{ name: 'b', type: 'Glob', value: '' }] }, /the type Glob of the match of b is not known/],
  [{ queryParams: [{ name: 'b', type: 'RegularExpression', value: '*' }] }, /the regular expression \* is none/],
  [{ method: 'BREW' }, /the method BREW is not known/],
]

for (const [match, message] of WRONG)
  test(`a match that cannot be is refused: ${JSON.stringify(match)}`, () => {
    const { fault } = httpMatches([{}, match as HTTPRouteMatch])
    assert.equal(fault?.reason, 'UnsupportedValue')
    assert.match(fault?.message ?? '', message)
  })

test('text that would be no regular expression is none where it is to be taken exactly', () => {
  assert.equal(
    httpMatches([{ path: { type: 'Exact', value: '/(' }, headers: [{ name: 'a', value: '(' }] }]).fault,
    undefined,
  )
})

test('all methods of HTTP that the API knows are known', () => {
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'] as const)
    assert.deepEqual(httpMatches([{ method }]), { value: [{ ...all, method }] })
})

const METHODS = [
  [
    { service: 'pkg.Cart', method: 'Add' },
    { type: 'Exact', value: '/pkg.Cart/Add' },
  ],
  [
    { type: 'Exact', service: 'pkg.Cart' },
    { type: 'Prefix', value: '/pkg.Cart' },
  ],
  [{ method: 'A.d' }, { type: 'RegularExpression', value: '/[^/]+/A\\.d' }],
  [{}, { type: 'Prefix', value: '/' }],
  [
    { service: '', method: '' },
    { type: 'Prefix', value: '/' },
  ],
  [
    { type: 'RegularExpression', service: 'a|b', method: 'c|d' },
    { type: 'RegularExpression', value: '/(?:a|b)/(?:c|d)' },
  ],
  [
    { type: 'RegularExpression', service: 'a.*' },
    { type: 'RegularExpression', value: '/(?:a.*)/[^/]+' },
  ],
  [
    { type: 'RegularExpression', method: 'c.*' },
    { type: 'RegularExpression', value: '/[^/]+/(?:c.*)' },
  ],
] as const

for (const [method, path] of METHODS)
  test(`a call of gRPC is a path: ${JSON.stringify(method)}`, () => {
    const read = grpcMatches([{ method, headers: [{ name: 'X-A', value: '1' }] }])
    const named: { readonly service?: string; readonly method?: string } = method
    const call = { service: named.service?.length ?? 0, method: named.method?.length ?? 0 }
    assert.deepEqual(read, {
      value: [{ path, call, headers: [{ name: 'x-a', type: 'Exact', value: '1' }], query: [] }],
    })
  })

test('of gRPC as well what cannot be matched is refused', () => {
  const unknown = grpcMatches([{ method: { type: 'Glob' as 'Exact', service: 'a' } }])
  assert.match(unknown.fault?.message ?? '', /the type Glob/)
  const pattern = grpcMatches([{ method: { type: 'RegularExpression', service: '(' } }])
  assert.match(pattern.fault?.message ?? '', /none of RE2/)
})
