import { type Case, expectAll } from '../expect.ts'
import { backend, httpRoute, to } from '../objects.ts'
import { roundTrip } from '../round-trip.ts'
import { Statuses } from '../statuses.ts'
import type { Cases } from '../suite.ts'
import { onSame } from './matching.ts'

type Pairs = Readonly<Record<string, string>>
const pairs = (values: Pairs) => Object.entries(values).map(([name, value]) => ({ name, value }))
const modifier = (kind: 'Request' | 'Response', set: Pairs, add: Pairs, remove: readonly string[] = []): object => ({
  type: `${kind}HeaderModifier`,
  [`${kind.toLowerCase()}HeaderModifier`]: { set: pairs(set), add: pairs(add), remove },
})
/** What a path, or its prefix, is to become. */
export const replaced = (kind: 'Prefix' | 'Full', path: string): object =>
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

export const HEADERS: Cases = {
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
}
