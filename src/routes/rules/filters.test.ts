import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HTTPRouteFilter } from '#api/gatewayapi/httproute/filter.ts'
import { readFilters } from './filters.ts'

const read = (filters: readonly unknown[], replacesPrefix = true) =>
  readFilters(filters as readonly HTTPRouteFilter[], replacesPrefix)

test('filters are kept in the order in which they stand', () => {
  assert.deepEqual(readFilters(undefined, true), { filters: [] })
  const { filters, fault } = read([
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['Server'] } },
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'X-A', value: '1' }], add: [{ name: 'X-B', value: '2' }] },
    },
    {
      type: 'URLRewrite',
      urlRewrite: { hostname: 'b.test', path: { type: 'ReplaceFullPath', replaceFullPath: '/b' } },
    },
  ])
  assert.equal(fault, undefined)
  assert.deepEqual(filters, [
    { type: 'responseHeaders', set: [], add: [], remove: ['Server'] },
    { type: 'requestHeaders', set: [{ name: 'X-A', value: '1' }], add: [{ name: 'X-B', value: '2' }], remove: [] },
    { type: 'rewrite', hostname: 'b.test', path: { type: 'Full', value: '/b' } },
  ])
})

test('of two headers of one name the first is set, or added', () => {
  const twice = [
    { name: 'A', value: '1' },
    { name: 'a', value: '2' },
  ]
  const { filters, fault } = read([{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: twice } }])
  assert.deepEqual([filters, fault], [[{ type: 'requestHeaders', set: [twice[0]], add: [], remove: [] }], undefined])
  const added = read([{ type: 'ResponseHeaderModifier', responseHeaderModifier: { add: twice } }])
  assert.deepEqual(added.filters, [{ type: 'responseHeaders', set: [], add: [twice[0]], remove: [] }])
})

test('a mirror has a share of all requests, of a hundred or of a fraction', () => {
  const ref = { name: 'copy', port: 80 }
  const share = (more: object) => {
    const [filter] = read([{ type: 'RequestMirror', requestMirror: { backendRef: ref, ...more } }]).filters
    assert.ok(filter?.type === 'mirrorTo')
    assert.equal(filter.ref, ref)
    return [filter.numerator, filter.denominator]
  }
  assert.deepEqual(share({}), [100, 100])
  assert.deepEqual(share({ percent: 0 }), [0, 100])
  assert.deepEqual(share({ percent: 20 }), [20, 100])
  assert.deepEqual(share({ fraction: { numerator: 1 } }), [1, 100])
  assert.deepEqual(share({ fraction: { numerator: 1, denominator: 3 } }), [1, 3])
})

test('a redirect leads to the port of its scheme where it has one, and to the one that was asked where it has none', () => {
  const redirect = (requestRedirect: object) => read([{ type: 'RequestRedirect', requestRedirect }]).redirect
  assert.deepEqual(redirect({}), { status: 302 })
  assert.deepEqual(redirect({ scheme: 'https' }), { scheme: 'https', port: 443, status: 302 })
  assert.deepEqual(redirect({ scheme: 'http' }), { scheme: 'http', port: 80, status: 302 })
  assert.deepEqual(redirect({ scheme: 'https', port: 8443, statusCode: 301 }), {
    scheme: 'https',
    port: 8443,
    status: 301,
  })
  assert.deepEqual(redirect({ port: 81, hostname: 'b.test' }), { hostname: 'b.test', port: 81, status: 302 })
  assert.deepEqual(redirect({ path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } }), {
    path: { type: 'Prefix', matched: '', value: '/b' },
    status: 302,
  })
  for (const statusCode of [301, 302, 303, 307, 308])
    assert.deepEqual(read([{ type: 'RequestRedirect', requestRedirect: { statusCode } }]), {
      filters: [],
      redirect: { status: statusCode },
    })
  assert.deepEqual(read([{ type: 'RequestRedirect' }]).redirect, { status: 302 })
})

test('CORS lets answers be kept for five seconds where nothing else is said', () => {
  assert.deepEqual(read([{ type: 'CORS', cors: {} }]).filters, [
    {
      type: 'cors',
      origins: [],
      methods: [],
      allowHeaders: [],
      exposeHeaders: [],
      maxAgeSeconds: 5,
      credentials: false,
    },
  ])
  const cors = {
    allowOrigins: ['https://a.test'],
    allowMethods: ['GET'],
    allowHeaders: ['X-A'],
    exposeHeaders: ['X-B'],
    maxAge: 60,
    allowCredentials: true,
  }
  assert.deepEqual(read([{ type: 'CORS', cors }]).filters, [
    {
      type: 'cors',
      origins: ['https://a.test'],
      methods: ['GET'],
      allowHeaders: ['X-A'],
      exposeHeaders: ['X-B'],
      maxAgeSeconds: 60,
      credentials: true,
    },
  ])
})

const prefix = { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' }
const header = (requestHeaderModifier: object) => ({ type: 'RequestHeaderModifier', requestHeaderModifier })
const a = { name: 'A', value: '' }

const WRONG: readonly (readonly [string, readonly object[], string, RegExp])[] = [
  [
    'a redirect and a rewrite',
    [
      { type: 'URLRewrite', urlRewrite: {} },
      { type: 'RequestRedirect', requestRedirect: {} },
    ],
    'IncompatibleFilters',
    /a RequestRedirect and a URLRewrite cannot stand together/,
  ],
  ['one filter twice', [header({}), header({})], 'IncompatibleFilters', /RequestHeaderModifier stands there twice/],
  [
    'a header set and added',
    [header({ set: [a], add: [{ ...a, name: 'a' }] })],
    'UnsupportedValue',
    /header a is changed/,
  ],
  ['a header set and removed', [header({ set: [a], remove: ['a'] })], 'UnsupportedValue', /header a is changed/],
  [
    'a header of the answer added and removed',
    [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [a], remove: ['a'] } }],
    'UnsupportedValue',
    /header a is changed in two ways/,
  ],
  [
    'a header that says where a request ends',
    [header({ set: [{ name: 'Transfer-Encoding', value: 'chunked' }] })],
    'UnsupportedValue',
    /the header transfer-encoding is the proxy's own/,
  ],
  [
    'a header that says where an answer ends',
    [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['content-length'] } }],
    'UnsupportedValue',
    /the header content-length is the proxy's own/,
  ],
  ['a header of two lines', [header({ set: [{ ...a, value: 'b\r\nX: y' }] })], 'UnsupportedValue', /"a" is no header/i],
  ['a name of two lines', [header({ remove: ['b\r\nX'] })], 'UnsupportedValue', /"b\\r\\nx" is no header/],
  ...['/x HTTP/1.1\r\nX: y', '/a b', 'a', '/a#b'].flatMap((value) =>
    [
      { type: 'ReplaceFullPath', replaceFullPath: value },
      { type: 'ReplacePrefixMatch', replacePrefixMatch: value },
    ].flatMap((path): (typeof WRONG)[number][] => [
      [
        `a path that is none, ${JSON.stringify(path)}`,
        [{ type: 'URLRewrite', urlRewrite: { path } }],
        'UnsupportedValue',
        /is no path/,
      ],
      [
        `a redirect to one that is none, ${JSON.stringify(path)}`,
        [{ type: 'RequestRedirect', requestRedirect: { path } }],
        'UnsupportedValue',
        /is no path/,
      ],
    ]),
  ),
  ['another filter', [{ type: 'Wait' }], 'UnsupportedValue', /filters of the type Wait are not supported/],
  ['ExternalAuth', [{ type: 'ExternalAuth' }], 'UnsupportedValue', /filters of the type ExternalAuth are not/],
  [
    'another scheme',
    [{ type: 'RequestRedirect', requestRedirect: { scheme: 'ftp' } }],
    'UnsupportedValue',
    /scheme ftp/,
  ],
  [
    'another status',
    [{ type: 'RequestRedirect', requestRedirect: { statusCode: 305 } }],
    'UnsupportedValue',
    /status 305/,
  ],
  [
    'another change',
    [{ type: 'URLRewrite', urlRewrite: { path: { type: 'X' } } }],
    'UnsupportedValue',
    /the change X of a path/,
  ],
  [
    'another change in a redirect',
    [{ type: 'RequestRedirect', requestRedirect: { path: { type: 'X' } } }],
    'UnsupportedValue',
    /the change X of a path/,
  ],
]

for (const [what, filters, reason, message] of WRONG)
  test(`filters that cannot be done are refused: ${what}`, () => {
    const { fault } = read(filters)
    assert.equal(fault?.reason, reason)
    assert.match(fault?.message ?? '', message)
  })

test('a prefix can be replaced where prefixes are matched alone', () => {
  for (const filter of [
    { type: 'URLRewrite', urlRewrite: { path: prefix } },
    { type: 'RequestRedirect', requestRedirect: { path: prefix } },
  ]) {
    assert.equal(read([filter], true).fault, undefined)
    assert.match(
      read([filter], false).fault?.message ?? '',
      /ReplacePrefixMatch needs a rule that matches by PathPrefix/,
    )
  }
  const full = { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } } }
  assert.equal(read([full], false).fault, undefined)
})

test('mirrors may stand several times', () => {
  const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'a' } } }
  const all = read([mirror, mirror])
  assert.deepEqual([all.filters.length, all.fault], [2, undefined])
})

test('a filter of somebody else leads to nothing here, and is not left out', () => {
  const filter = { type: 'ExtensionRef', extensionRef: { group: 'x.test', kind: 'Auth', name: 'a' } }
  const { unresolved, fault } = read([filter, filter])
  assert.deepEqual(
    [unresolved, fault],
    [{ reason: 'InvalidKind', message: 'the filter Auth.x.test a is not known' }, undefined],
  )
})
