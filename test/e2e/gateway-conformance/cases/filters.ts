import { type Case, consistently, expectAll, expectShares } from '../expect.ts'
import { backend, gateway, httpRoute, https, INFRA, listener, to } from '../objects.ts'
import { roundTrip } from '../round-trip.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'
import { onSame } from './matching.ts'

type Pairs = Readonly<Record<string, string>>
const pairs = (values: Pairs) => Object.entries(values).map(([name, value]) => ({ name, value }))
const modifier = (kind: 'Request' | 'Response', set: Pairs, add: Pairs, remove: readonly string[] = []): object => ({
  type: `${kind}HeaderModifier`,
  [`${kind.toLowerCase()}HeaderModifier`]: { set: pairs(set), add: pairs(add), remove },
})
const redirect = (status: number, more: object = {}): Readonly<Record<string, unknown>> => ({
  filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: status, ...more } }],
})
const replaced = (kind: 'Prefix' | 'Full', path: string): object =>
  kind === 'Full'
    ? { path: { type: 'ReplaceFullPath', replaceFullPath: path } }
    : { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: path } }
const rewrite = (urlRewrite: object): object => ({ type: 'URLRewrite', urlRewrite })

/** What several tests do with headers beside what they are about. */
export const TOUCH = modifier(
  'Request',
  { 'X-Header-Set': 'set-overwrites-values' },
  { 'X-Header-Add': 'header-val-1', 'X-Header-Add-Append': 'header-val-2' },
  ['X-Header-Remove'],
)
export const touched = (
  ask: string,
  arrives: Case['arrives'] & { readonly path: string },
  more: Partial<Case> = {},
): Case => ({
  ask,
  headers: { 'X-Header-Remove': 'remove-val', 'X-Header-Add-Append': 'append-val-1', 'X-Header-Set': 'set-val' },
  arrives: {
    ...arrives,
    headers: {
      'X-Header-Add': 'header-val-1',
      'X-Header-Add-Append': 'append-val-1,header-val-2',
      'X-Header-Set': 'set-overwrites-values',
    },
    absent: ['X-Header-Remove'],
  },
  ...more,
})

const goes = (ask: string, status: number, to: NonNullable<Case['redirect']>): Case => ({
  ask,
  status: [status],
  redirect: to,
})
const single = (status: number, method: string) => (suite: Suite) =>
  onSame(suite, [to('', ['/moved'], redirect(status))], [goes(`${method} /moved`, status, { path: '/moved' })])

const HOST = { hostname: 'example.org' }
/** `/name` of a listener leads where its redirect says. */
const turns = async (
  suite: Suite,
  rules: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  expected: Readonly<Record<string, readonly [number, NonNullable<Case['redirect']>]>>,
  asks: Readonly<Record<string, string>> = {},
) =>
  onSame(
    suite,
    Object.entries(rules).map(([name, rule]) => to('', [`/${name}`], rule)),
    Object.entries(expected).map(([name, [status, where]]) => goes(asks[name] ?? `/${name}`, status, where)),
  )

const schemes = (words: readonly string[]) =>
  words.map((word) => {
    const [scheme, port] = word.split('-')
    const more = { ...HOST, ...(scheme !== 'nil' && { scheme }), ...(port !== 'nil' && { port: Number(port) }) }
    return to('', [`/scheme-${scheme}-and-port-${port}`], redirect(302, more))
  })
const schemeCases = (wanted: Readonly<Record<string, string>>, host = ''): readonly Case[] =>
  Object.entries(wanted).map(([word, where]) => {
    const [scheme, port] = where.split(':') as [string, string?]
    const [from, at] = word.split('-')
    return goes(`${host}/scheme-${from}-and-port-${at}`, 302, { scheme, host: 'example.org', ...(port && { port }) })
  })

const HEADER_RULES: Readonly<Record<string, readonly [Pairs, Pairs, readonly string[]]>> = {
  set: [{ 'X-Header-Set': 'set-overwrites-values' }, {}, []],
  add: [{}, { 'X-Header-Add': 'add-appends-values' }, []],
  remove: [{}, {}, ['X-Header-Remove']],
  multiple: [
    { 'X-Header-Set-1': 'header-set-1', 'X-Header-Set-2': 'header-set-2' },
    { 'X-Header-Add-1': 'header-add-1', 'X-Header-Add-2': 'header-add-2', 'X-Header-Add-3': 'header-add-3' },
    ['X-Header-Remove-1', 'X-Header-Remove-2'],
  ],
  'case-insensitivity': [{ 'X-Header-Set': 'header-set' }, { 'X-Header-Add': 'header-add' }, ['X-Header-Remove']],
}
/** What is there before, what afterwards, what is gone: by the rule. */
const HEADER_CASES: readonly (readonly [string, Pairs, Pairs, readonly string[]])[] = [
  ['set', { 'Some-Other-Header': 'val' }, { 'Some-Other-Header': 'val', 'X-Header-Set': 'set-overwrites-values' }, []],
  [
    'set',
    { 'Some-Other-Header': 'val', 'X-Header-Set': 'some-other-value' },
    { 'Some-Other-Header': 'val', 'X-Header-Set': 'set-overwrites-values' },
    [],
  ],
  ['add', { 'Some-Other-Header': 'val' }, { 'Some-Other-Header': 'val', 'X-Header-Add': 'add-appends-values' }, []],
  ['add', { 'X-Header-Add': 'some-other-value' }, { 'X-Header-Add': 'some-other-value,add-appends-values' }, []],
  ['remove', { 'X-Header-Remove': 'val' }, {}, ['X-Header-Remove']],
  [
    'multiple',
    {
      'X-Header-Set-2': 'set-val-2',
      'X-Header-Add-2': 'add-val-2',
      'X-Header-Remove-2': 'remove-val-2',
      'Another-Header': 'another-header-val',
    },
    {
      'X-Header-Set-1': 'header-set-1',
      'X-Header-Set-2': 'header-set-2',
      'X-Header-Add-1': 'header-add-1',
      'X-Header-Add-2': 'add-val-2,header-add-2',
      'X-Header-Add-3': 'header-add-3',
      'Another-Header': 'another-header-val',
    },
    ['X-Header-Remove-1', 'X-Header-Remove-2'],
  ],
  [
    'case-insensitivity',
    {
      'x-header-set': 'original-val-set',
      'x-header-add': 'original-val-add',
      'x-header-remove': 'original-val-remove',
      'Another-Header': 'another-header-val',
    },
    {
      'X-Header-Set': 'header-set',
      'X-Header-Add': 'original-val-add,header-add',
      'Another-Header': 'another-header-val',
    },
    ['X-Header-Remove'],
  ],
]
const requestCases = HEADER_CASES.map(
  ([name, headers, after, absent]): Case => ({
    ask: `/${name}`,
    headers,
    backend: 'infra-backend-v1',
    arrives: { path: `/${name}`, headers: after, absent },
  }),
)

export const FILTERS: Cases = {
  HTTPRoute303Redirect: single(303, 'POST'),
  HTTPRoute307Redirect: single(307, 'GET'),
  HTTPRoute308Redirect: single(308, 'GET'),

  HTTPRouteRedirectHostAndStatus: (suite) =>
    turns(
      suite,
      { 'hostname-redirect': redirect(302, HOST), 'host-and-status': redirect(301, HOST) },
      { 'hostname-redirect': [302, { host: 'example.org' }], 'host-and-status': [301, { host: 'example.org' }] },
    ),

  HTTPRouteRedirectPath: (suite) =>
    turns(
      suite,
      {
        'original-prefix': redirect(302, replaced('Prefix', '/replacement-prefix')),
        full: redirect(302, replaced('Full', '/full-path-replacement')),
        'path-and-host': redirect(302, { ...HOST, ...replaced('Prefix', '/replacement-prefix') }),
        'path-and-status': redirect(301, replaced('Prefix', '/replacement-prefix')),
        'full-path-and-host': redirect(302, { ...HOST, ...replaced('Full', '/replacement-full') }),
        'full-path-and-status': redirect(301, replaced('Full', '/replacement-full')),
      },
      {
        'original-prefix': [302, { path: '/replacement-prefix/lemon' }],
        full: [302, { path: '/full-path-replacement' }],
        'path-and-host': [302, { host: 'example.org', path: '/replacement-prefix' }],
        'path-and-status': [301, { path: '/replacement-prefix' }],
        'full-path-and-host': [302, { host: 'example.org', path: '/replacement-full' }],
        'full-path-and-status': [301, { path: '/replacement-full' }],
      },
      { 'original-prefix': '/original-prefix/lemon', full: '/full/path/original' },
    ),

  HTTPRouteRedirectPort: (suite) =>
    turns(
      suite,
      {
        port: redirect(302, { port: 8083 }),
        'port-and-host': redirect(302, { ...HOST, port: 8083 }),
        'port-and-status': redirect(301, { port: 8083 }),
      },
      {
        port: [302, { port: '8083' }],
        'port-and-host': [302, { port: '8083', host: 'example.org' }],
        'port-and-status': [301, { port: '8083' }],
      },
    ),

  HTTPRouteRedirectScheme: (suite) =>
    turns(
      suite,
      {
        scheme: redirect(302, { scheme: 'https' }),
        'scheme-and-host': redirect(302, { ...HOST, scheme: 'https' }),
        'scheme-and-status': redirect(301, { scheme: 'https' }),
      },
      {
        scheme: [302, { scheme: 'https' }],
        'scheme-and-host': [302, { scheme: 'https', host: 'example.org' }],
        'scheme-and-status': [301, { scheme: 'https' }],
      },
    ),

  async HTTPRouteRedirectPortAndScheme(suite) {
    const statuses = new Statuses(suite)
    const at8080 = 'same-namespace-with-http-listener-on-8080'
    const secure = 'redirects-over-tls'
    await suite.apply(
      gateway(at8080, [listener('http', 8080)]),
      gateway(secure, [https('https')]),
      httpRoute(
        'port-80',
        'same-namespace',
        schemes(['nil-nil', 'nil-80', 'nil-8080', 'https-nil', 'https-443', 'https-8443']),
      ),
      httpRoute('port-8080', at8080, schemes(['nil-nil', 'nil-80', 'https-nil'])),
      httpRoute('port-443', secure, schemes(['nil-nil', 'nil-443', 'nil-8443', 'http-nil', 'http-80', 'http-8080'])),
    )
    const plain = await statuses.accepted('same-namespace', 'HTTPRoute', 'port-80')
    const other = await statuses.accepted(at8080, 'HTTPRoute', 'port-8080')
    const tls = await statuses.accepted(secure, 'HTTPRoute', 'port-443')
    const trust = Buffer.from(
      (await suite.get('Secret', 'tls-validity-checks-certificate', INFRA)).data['tls.crt'],
      'base64',
    ).toString()
    await expectAll(
      suite,
      plain,
      schemeCases({
        'nil-nil': 'http',
        'nil-80': 'http',
        'nil-8080': 'http:8080',
        'https-nil': 'https',
        'https-443': 'https',
        'https-8443': 'https:8443',
      }),
    )
    await expectAll(suite, other, schemeCases({ 'nil-nil': 'http:8080', 'nil-80': 'http', 'https-nil': 'https' }))
    await expectAll(
      suite,
      tls,
      schemeCases(
        {
          'nil-nil': 'https',
          'nil-443': 'https',
          'nil-8443': 'https:8443',
          'http-nil': 'http',
          'http-80': 'http',
          'http-8080': 'http:8080',
        },
        'example.org',
      ),
      { tls: { name: 'example.org', trust } },
    )
  },

  HTTPRouteRequestHeaderModifier: (suite) =>
    onSame(
      suite,
      Object.entries(HEADER_RULES).map(([name, rule]) =>
        to('v1', [`/${name}`], { filters: [modifier('Request', ...rule)] }),
      ),
      requestCases,
    ),

  HTTPRouteBackendRequestHeaderModifier: (suite) =>
    onSame(
      suite,
      Object.entries(HEADER_RULES).map(([name, rule]) =>
        to('', [`/${name}`], { backendRefs: [backend('v1', { filters: [modifier('Request', ...rule)] })] }),
      ),
      requestCases,
    ),

  async HTTPRouteRequestHeaderModifierBackendWeights(suite) {
    const names = ['v1', 'v2']
    const statuses = new Statuses(suite)
    const backendRefs = names.map((name) =>
      backend(`${name}*10`, { filters: [modifier('Request', { Backend: `infra-backend-${name}` }, {})] }),
    )
    await suite.apply(httpRoute('by-weight', 'same-namespace', [{ backendRefs }]))
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'by-weight')
    await expectAll(suite, at, [{ ask: '/' }])
    for (let round = 0; round < 100; round++) {
      const { arrived } = await roundTrip(at, { method: 'GET', host: '', path: '/', headers: {} })
      const [told, ...more] = arrived.headers?.Backend ?? []
      suite.assert.ok(more.length === 0 && told && arrived.pod?.startsWith(told), `${told} at ${arrived.pod}`)
    }
  },

  HTTPRouteResponseHeaderModifier: (suite) =>
    onSame(
      suite,
      [
        ...Object.entries(HEADER_RULES).map(([name, [set, add, remove]]) => {
          const cased = {
            'x-lowercase-add': 'lowercase-add',
            'x-Mixedcase-ADD-1': 'mixedcase-add-1',
            'X-mixeDcase-add-2': 'mixedcase-add-2',
            'X-UPPERCASE-ADD': 'uppercase-add',
          }
          const added = name === 'case-insensitivity' ? { ...add, ...cased } : add
          return to('v1', [`/${name}`], { filters: [modifier('Response', set, added, remove)] })
        }),
        to('v1', ['/both'], { filters: [modifier('Response', ...HEADER_RULES.multiple!), TOUCH] }),
      ],
      [
        ...HEADER_CASES.map(([name, sets, headers, absent]): Case => {
          const cased = {
            'X-Lowercase-Add': 'lowercase-add',
            'X-Mixedcase-Add-1': 'mixedcase-add-1',
            'X-Mixedcase-Add-2': 'mixedcase-add-2',
            'X-Uppercase-Add': 'uppercase-add',
          }
          const all = name === 'case-insensitivity' ? { ...headers, ...cased } : headers
          return { ask: `/${name}`, sets, backend: 'infra-backend-v1', answer: { headers: all, absent } }
        }),
        touched(
          '/both',
          { path: '/both' },
          {
            sets: { 'X-Header-Set-2': 'set-val-2', 'X-Header-Add-2': 'add-val-2', 'X-Header-Remove-1': 'gone' },
            answer: {
              headers: {
                'X-Header-Set-1': 'header-set-1',
                'X-Header-Set-2': 'header-set-2',
                'X-Header-Add-2': 'add-val-2,header-add-2',
              },
              absent: ['X-Header-Remove-1', 'X-Header-Remove-2'],
            },
          },
        ),
      ],
    ),

  HTTPRouteRewriteHost: (suite) =>
    onSame(
      suite,
      [
        to('v1', ['/one'], { filters: [rewrite({ hostname: 'one.example.org' })] }),
        to('v2', [], { filters: [rewrite({ hostname: 'example.org' })] }),
        to('v2', ['/with-headers'], { filters: [rewrite({ hostname: 'test.example.org' }), TOUCH] }),
      ],
      [
        { ask: 'rewrite.example/one', arrives: { path: '/one', host: 'one.example.org' }, backend: 'infra-backend-v1' },
        { ask: 'rewrite.example/two', arrives: { path: '/two', host: 'example.org' }, backend: 'infra-backend-v2' },
        touched('rewrite.example/with-headers', { path: '/with-headers', host: 'test.example.org' }),
      ],
      ['rewrite.example'],
    ),

  HTTPRouteRewritePath: (suite) =>
    onSame(
      suite,
      [
        to('v1', ['/prefix/one'], { filters: [rewrite(replaced('Prefix', '/one'))] }),
        to('v1', ['/strip-prefix'], { filters: [rewrite(replaced('Prefix', '/'))] }),
        to('v1', ['/full/one'], { filters: [rewrite(replaced('Full', '/one'))] }),
        to('v1', ['/full/with-headers'], { filters: [rewrite(replaced('Full', '/test')), TOUCH] }),
        to('v1', ['/prefix/with-headers'], { filters: [rewrite(replaced('Prefix', '/prefix')), TOUCH] }),
      ],
      [
        { ask: '/prefix/one/two', arrives: { path: '/one/two' } },
        { ask: '/strip-prefix/three', arrives: { path: '/three' } },
        { ask: '/strip-prefix', arrives: { path: '/' } },
        { ask: '/full/one/two', arrives: { path: '/one' } },
        touched('/full/with-headers/test', { path: '/test' }),
        touched('/prefix/with-headers/one', { path: '/prefix/one' }),
      ],
    ),

  async HTTPRouteWeight(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('weighted-backends', 'same-namespace', [to('v1*70 v2*30 v3*0')]))
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'weighted-backends')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'weighted-backends')
    await expectAll(suite, at, [{ ask: '/' }])
    const shares = { 'infra-backend-v1': 0.7, 'infra-backend-v2': 0.3, 'infra-backend-v3': 0 }
    await expectShares(suite, shares, async (count) => {
      const ask = { method: 'GET', host: '', path: '/', headers: { 'X-Jitter': String(count) } }
      return (await roundTrip(at, ask)).arrived.pod!
    })
  },

  ...Object.fromEntries(
    (['request', 'backendRequest'] as const).map((kind) => [
      kind === 'request' ? 'HTTPRouteTimeoutRequest' : 'HTTPRouteTimeoutBackendRequest',
      (suite: Suite) =>
        onSame(
          suite,
          [
            to('v1', ['/timeout'], { timeouts: { [kind]: '500ms' } }),
            to('v1', ['/disabled'], { timeouts: { [kind]: '0s' } }),
          ],
          ['/timeout > v1', '/timeout?delay=1s > 504', '/disabled?delay=1s > v1'],
        ),
    ]),
  ),

  HTTPRouteBackendProtocolH2C: (suite) =>
    onSame(suite, [to('infra-backend-v1:8081')], [{ ask: '/', h2c: true, backend: 'infra-backend-v1' }]),

  async HTTPRouteBackendProtocolWebSocket(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('backend-protocol-ws', 'same-namespace', [to('infra-backend-v1:8082')]))
    const { host } = await statuses.accepted('same-namespace', 'HTTPRoute', 'backend-protocol-ws')
    const said = (message: string | Uint8Array<ArrayBuffer>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${host}/ws`)
        socket.binaryType = 'arraybuffer'
        socket.onopen = () => socket.send(message)
        socket.onerror = () => reject(new Error('no WebSocket'))
        socket.onmessage = ({ data }) => {
          socket.close()
          resolve(data)
        }
      })
    await consistently('a WebSocket', async () => {
      const octets = await said(new Uint8Array([1, 2, 3, 4, 5, 6, 7]))
      suite.assert.deepEqual([...new Uint8Array(octets as ArrayBuffer)], [1, 2, 3, 4, 5, 6, 7])
      return (await said('a text')) === 'a text' ? undefined : 'another text'
    })
  },
}
