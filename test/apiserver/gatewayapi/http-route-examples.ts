import { backend, type Example, parentRefs } from './example.ts'

const http = (rule: object, more: object = {}) => ({ parentRefs, rules: [rule], ...more })
const filtered = (filter: object) => http({ filters: [filter], backendRefs: [backend] })
const matching = (match: object) => http({ matches: [match], backendRefs: [backend] })
const prefixed = (kind: 'requestRedirect' | 'urlRewrite', type: string) => ({
  type,
  [kind]: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } },
})
const many = (count: number) => Array.from({ length: count }, (_, index) => ({ path: { value: `/${index}` } }))

/** HTTPRoutes. */
export const HTTP_ROUTE_EXAMPLES: readonly Example[] = [
  ['a route', 'HTTPRoute', http({ backendRefs: [backend] })],
  ['a route of before', 'HTTPRoute', http({ backendRefs: [backend] }), undefined, 'v1beta1'],
  ['a route that says nothing', 'HTTPRoute', {}],
  ['a route without rules', 'HTTPRoute', { rules: [] }, /should have at least 1 items/],
  ['a Service without a port', 'HTTPRoute', http({ backendRefs: [{ name: 'web' }] }), /a Service needs a port/],
  [
    'a backend of another kind',
    'HTTPRoute',
    http({ backendRefs: [{ group: 'shop.test', kind: 'Bucket', name: 'web' }] }),
  ],
  ['a weight of a million', 'HTTPRoute', http({ backendRefs: [{ ...backend, weight: 1_000_000 }] })],
  ['a weight below 0', 'HTTPRoute', http({ backendRefs: [{ ...backend, weight: -1 }] }), /greater than or equal to 0/],
  [
    'sections of one parent',
    'HTTPRoute',
    {
      parentRefs: [
        { name: 'edge', sectionName: 'a' },
        { name: 'edge', sectionName: 'b' },
      ],
    },
  ],
  [
    'one parent twice',
    'HTTPRoute',
    { parentRefs: [{ name: 'edge' }, { name: 'edge' }] },
    /no two may have the same sectionName/,
  ],
  [
    'a parent and its section',
    'HTTPRoute',
    { parentRefs: [{ name: 'edge' }, { name: 'edge', sectionName: 'a' }] },
    /all must name a sectionName/,
  ],
  [
    'the same name in two namespaces',
    'HTTPRoute',
    { parentRefs: [{ name: 'edge' }, { name: 'edge', namespace: 'other' }] },
  ],
  ['rules of one name', 'HTTPRoute', { parentRefs, rules: [{ name: 'a' }, { name: 'a' }] }, /same name/],
  ['128 matches', 'HTTPRoute', { parentRefs, rules: [{ matches: many(64) }, { matches: many(64) }] }],
  [
    '129 matches',
    'HTTPRoute',
    { parentRefs, rules: [{ matches: many(64) }, { matches: many(64) }, {}] },
    /at most 128 matches/,
  ],
  ['a path without a slash', 'HTTPRoute', matching({ path: { value: 'a' } }), /must begin with \//],
  ['a path with two', 'HTTPRoute', matching({ path: { value: '/a//b' } }), /must not contain \/\//],
  ['a path upwards', 'HTTPRoute', matching({ path: { value: '/a/..' } }), /must not end with/],
  ['a path with a hidden slash', 'HTTPRoute', matching({ path: { value: '/a%2fb' } }), /must not contain %2f/],
  ['a path with a space', 'HTTPRoute', matching({ path: { value: '/a b' } }), /RFC 3986/],
  ['an expression', 'HTTPRoute', matching({ path: { type: 'RegularExpression', value: 'a//[b] c' } })],
  [
    'a kind of path that is none',
    'HTTPRoute',
    matching({ path: { type: 'Suffix', value: '/a' } }),
    /Unsupported value: "Suffix"/,
  ],
  ['a header', 'HTTPRoute', matching({ headers: [{ name: 'X-Shop', value: 'a b' }] })],
  [
    'a header twice',
    'HTTPRoute',
    matching({
      headers: [
        { name: 'a', value: 'b' },
        { name: 'a', value: 'c' },
      ],
    }),
    /Duplicate value/,
  ],
  ['a header of two words', 'HTTPRoute', matching({ headers: [{ name: 'a b', value: 'c' }] }), /name.*should match/],
  ['a method that is none', 'HTTPRoute', matching({ method: 'BREW' }), /Unsupported value/],
  [
    'a filter of another type',
    'HTTPRoute',
    filtered({ type: 'URLRewrite', requestHeaderModifier: {} }),
    /belongs to type/,
  ],
  ['a filter without its field', 'HTTPRoute', filtered({ type: 'CORS' }), /type CORS needs cors/],
  [
    'a redirect',
    'HTTPRoute',
    http({ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 308 } }] }),
  ],
  [
    'a redirect with backends',
    'HTTPRoute',
    filtered({ type: 'RequestRedirect', requestRedirect: {} }),
    /has no backendRefs/,
  ],
  [
    'a redirect with 200',
    'HTTPRoute',
    http({ filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 200 } }] }),
    /Unsupported value: 200/,
  ],
  [
    'a redirect and a rewrite',
    'HTTPRoute',
    http({
      filters: [
        { type: 'RequestRedirect', requestRedirect: {} },
        { type: 'URLRewrite', urlRewrite: {} },
      ],
    }),
    /exclude each other/,
  ],
  [
    'one filter twice',
    'HTTPRoute',
    http({
      filters: [
        { type: 'CORS', cors: {} },
        { type: 'CORS', cors: {} },
      ],
    }),
    /only one filter/,
  ],
  [
    'two mirrors',
    'HTTPRoute',
    http({ filters: [1, 2].map(() => ({ type: 'RequestMirror', requestMirror: { backendRef: backend } })) }),
  ],
  [
    'a mirror of more than all',
    'HTTPRoute',
    filtered({
      type: 'RequestMirror',
      requestMirror: { backendRef: backend, fraction: { numerator: 3, denominator: 2 } },
    }),
    /numerator/,
  ],
  [
    'a prefix that is replaced',
    'HTTPRoute',
    http({ matches: [{ path: { value: '/old' } }], filters: [prefixed('urlRewrite', 'URLRewrite')] }),
  ],
  [
    'a prefix of an exact path',
    'HTTPRoute',
    http({ matches: [{ path: { type: 'Exact', value: '/old' } }], filters: [prefixed('urlRewrite', 'URLRewrite')] }),
    /one match, of a PathPrefix/,
  ],
  [
    'a prefix at a backend',
    'HTTPRoute',
    http({
      matches: many(2),
      backendRefs: [{ ...backend, filters: [prefixed('requestRedirect', 'RequestRedirect')] }],
    }),
    /at a backend/,
  ],
  [
    'a path of another type',
    'HTTPRoute',
    http({
      filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replacePrefixMatch: '/' } } }],
    }),
    /needs replaceFullPath/,
  ],
  [
    'origins',
    'HTTPRoute',
    filtered({ type: 'CORS', cors: { allowOrigins: ['https://*.shop.test:8443'], allowMethods: ['*'] } }),
  ],
  [
    'all origins and one',
    'HTTPRoute',
    filtered({ type: 'CORS', cors: { allowOrigins: ['*', 'https://a.test'] } }),
    /stands alone among the origins/,
  ],
  [
    'an origin without a scheme',
    'HTTPRoute',
    filtered({ type: 'CORS', cors: { allowOrigins: ['a.test'] } }),
    /should match/,
  ],
  ['times', 'HTTPRoute', http({ timeouts: { request: '1m30s', backendRequest: '500ms' } })],
  ['no limit', 'HTTPRoute', http({ timeouts: { request: '0s', backendRequest: '5s' } })],
  [
    'a part that is longer than the whole',
    'HTTPRoute',
    http({ timeouts: { request: '1s', backendRequest: '2s' } }),
    /must not be longer/,
  ],
  ['a time of days', 'HTTPRoute', http({ timeouts: { request: '1d' } }), /should match/],
  ['a retry', 'HTTPRoute', http({ retry: { codes: [502, 503], attempts: 2, backoff: '100ms' } })],
  ['a retry after success', 'HTTPRoute', http({ retry: { codes: [200] } }), /greater than or equal to 400/],
  ['a session', 'HTTPRoute', http({ sessionPersistence: { sessionName: 'shop' } })],
  [
    'a cookie for good',
    'HTTPRoute',
    http({ sessionPersistence: { cookieConfig: { lifetimeType: 'Permanent' } } }),
    /needs an absoluteTimeout/,
  ],
  [
    'a header with a cookie',
    'HTTPRoute',
    http({ sessionPersistence: { type: 'Header', cookieConfig: {} } }),
    /belongs to type Cookie/,
  ],
  [
    'an authority',
    'HTTPRoute',
    filtered({ type: 'ExternalAuth', externalAuth: { protocol: 'HTTP', backendRef: backend, http: {} } }),
  ],
  [
    'an authority of two tongues',
    'HTTPRoute',
    filtered({ type: 'ExternalAuth', externalAuth: { protocol: 'HTTP', backendRef: backend, grpc: {} } }),
    /protocol HTTP needs http/,
  ],
]
