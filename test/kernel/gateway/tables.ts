import fc from 'fast-check'
import type { Entry, Filter, Rule, ValueMatch, WeightedBackend } from '#routes/table/entry.ts'
import { compareHostnames, coversHostname } from '#routes/table/hostname.ts'
import type { Backend, Certificate, Listener, RoutingTable } from '#routes/table/table.ts'

export const KEYS = ['one', 'two', 'three']
export const HTTP_BIND = 18080
export const TLS_BIND = 18443
const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }

export const plainBackend = (key: string, more: Partial<Backend> = {}): Backend => ({
  key,
  service: { namespace: 'shop', name: key, port: 80 },
  portName: '',
  protocol: 'http',
  balance: 'least',
  ...more,
})

/** Few of each, so that requests meet what they are about. */
const SEGMENTS = ['a', 'a', 'a', 'b', 'b', 'ab', 'a.b', '%2F', 'A', 'c;d']
const HOSTNAMES = ['', '*.test', '*.a.test', 'a.test', 'b.a.test', '*.b.a.test', 'c.b.a.test', 'other']

const path = fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 2 }).map((segments) => `/${segments.join('/')}`)
const pathMatch: fc.Arbitrary<Entry['path']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: 'Prefix' as const, value: '/' }) },
  { weight: 4, arbitrary: path.map((value) => ({ type: 'Prefix' as const, value })) },
  { weight: 2, arbitrary: path.map((value) => ({ type: 'Exact' as const, value })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('/a.*', '/[ab]+/?', '/(a|b)/(.*)', '(?i)/A', '/b|/ab', '/.{3}')
      .map((value) => ({ type: 'RegularExpression' as const, value })),
  },
)
const valueMatch = (names: readonly string[]): fc.Arbitrary<ValueMatch> =>
  fc.oneof(
    fc.record({
      name: fc.constantFrom(...names),
      type: fc.constant('Exact' as const),
      value: fc.constantFrom('1', '1,2', 'x y', 'ä'),
    }),
    fc.record({
      name: fc.constantFrom(...names),
      type: fc.constant('RegularExpression' as const),
      value: fc.constantFrom('[0-9]+', '1.*', 'X', '(?i)x.y'),
    }),
  )
const changes = fc.constantFrom('x-one', 'X-Two', 'x-three').map((name) => ({ name, value: `of ${name}, "1" ä😀` }))
const headerChange = fc.record({
  set: fc.array(changes, { maxLength: 1 }),
  add: fc.array(changes, { maxLength: 1 }),
  remove: fc.array(fc.constantFrom('x-one', 'x-TWO', 'x-four'), { maxLength: 1 }),
})

/** Actions and filters that put something in the place of a prefix know which one that is. */
const pathChange = (matched: Entry['path']) =>
  fc.oneof(
    fc.constantFrom('/new', '/', '/n/%2F').map((value) => ({ type: 'Full' as const, value })),
    ...(matched.type === 'Prefix'
      ? [
          fc
            .constantFrom('/new', '/', '', '/n/m')
            .map((value) => ({ type: 'Prefix' as const, matched: matched.value, value })),
        ]
      : []),
    ...(matched.type === 'RegularExpression'
      ? [
          fc
            .constantFrom('/new', '/$1/$2', '/x$0')
            .map((value) => ({ type: 'Regex' as const, pattern: matched.value, value })),
        ]
      : []),
  )
const redirect = (matched: Entry['path']) =>
  fc.record(
    {
      type: fc.constant('redirect' as const),
      status: fc.constantFrom(301 as const, 302 as const, 303 as const, 307 as const, 308 as const),
      scheme: fc.constantFrom('http' as const, 'https' as const),
      hostname: fc.constant('to.test'),
      port: fc.constantFrom(80, 443, 8080),
      path: pathChange(matched),
    },
    { requiredKeys: ['type', 'status'] },
  )
const filter = (matched: Entry['path']): fc.Arbitrary<Filter> =>
  fc.oneof(
    headerChange.map((change) => ({ type: 'requestHeaders' as const, ...change })),
    headerChange.map((change) => ({ type: 'responseHeaders' as const, ...change })),
    fc.record(
      { type: fc.constant('rewrite' as const), hostname: fc.constantFrom('new.test', 'n'), path: pathChange(matched) },
      { requiredKeys: ['type'] },
    ),
    fc.record({
      type: fc.constant('cors' as const),
      origins: fc.subarray(['*', 'https://*', 'https://*.a.test', 'https://b.test:443', 'http://b.test'], {
        minLength: 1,
      }),
      methods: fc.constantFrom(['*'], ['GET', 'PUT'], []),
      allowHeaders: fc.constantFrom(['*'], ['x-one', 'x-two'], []),
      exposeHeaders: fc.constantFrom(['*'], ['x-one', 'x-two'], []),
      maxAgeSeconds: fc.constantFrom(5, 86400),
      credentials: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('mirror' as const),
      backend: fc.constantFrom(...KEYS),
      numerator: fc.constantFrom(0, 1),
      denominator: fc.constant(1),
    }),
  )
const weighted = (matched: Entry['path']): fc.Arbitrary<WeightedBackend> =>
  fc.record({
    weight: fc.integer({ min: 1, max: 3 }),
    to: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...KEYS).map((backend) => ({ backend })) },
      { weight: 1, arbitrary: fc.constantFrom(500, 503).map((status) => ({ status, reason: 'BackendNotFound' })) },
    ),
    filters: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(filter(matched), { maxLength: 2 }) },
    ),
  })
/** The API lets nobody rewrite twice: a prefix that has been replaced is there no more. */
const rewritingOnce = <R extends Pick<Rule, 'filters' | 'action'>>(one: R): R => {
  const first = one.filters.find(({ type }) => type === 'rewrite')
  const once = (filters: readonly Filter[], own: Filter | undefined) =>
    filters.filter((each) => each.type !== 'rewrite' || each === own)
  const { action } = one
  if (action.type !== 'forward') return { ...one, filters: once(one.filters, first) }
  const to = action.to.map((share) => ({
    ...share,
    filters: once(share.filters, first ? undefined : share.filters.find(({ type }) => type === 'rewrite')),
  }))
  return { ...one, filters: once(one.filters, first), action: { ...action, to } }
}
let rules = 0
const rule = (matched: Entry['path']): fc.Arbitrary<Rule> =>
  fc
    .record(
      {
        filters: fc.oneof(
          { weight: 2, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(filter(matched), { maxLength: 3 }) },
        ),
        action: fc.oneof(
          {
            weight: 6,
            arbitrary: fc
              .array(weighted(matched), { minLength: 1, maxLength: 2 })
              .map((to) => ({ type: 'forward' as const, to })),
          },
          { weight: 1, arbitrary: redirect(matched) },
          { weight: 1, arbitrary: fc.constant({ type: 'answer' as const, status: 500, reason: 'NoBackend' }) },
        ),
        sources: fc.constantFrom(['10.0.0.0/8'], ['127.0.0.0/8'], ['fd00::/8', '127.0.0.1/32'], ['0.0.0.0/0']),
        refused: fc.constantFrom(['10.0.0.0/8'], ['fd00::/8', '127.0.0.1/32']),
        bodyLimit: fc.record({ octets: fc.constantFrom(3, 100), isWritten: fc.boolean() }),
      },
      { requiredKeys: ['filters', 'action'] },
    )
    .map((one) => ({ ...rewritingOnce(one), id: `HTTPRoute shop/cart ${rules++}`, origin: ORIGIN, index: 0 }))

/** Few say what is not about paths; many would never take a request. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>, none: T) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(none) }, { weight: 1, arbitrary })
const entry = (listener: { hostname: string; star: Listener['star'] }): fc.Arbitrary<Entry> =>
  pathMatch.chain(
    (matched) =>
      fc.record({
        hostname: fc.constantFrom(
          listener.hostname,
          ...HOSTNAMES.filter((hostname) => coversHostname(listener, { hostname, star: listener.star })),
        ),
        path: fc.constant(matched),
        method: seldom<string | undefined>(fc.constantFrom('GET', 'POST'), undefined),
        headers: seldom<readonly ValueMatch[]>(fc.array(valueMatch(['x-one', 'x-two']), { maxLength: 2 }), []),
        query: seldom<readonly ValueMatch[]>(fc.array(valueMatch(['q', 'p q']), { maxLength: 2 }), []),
        rule: rule(matched),
      }) as fc.Arbitrary<Entry>,
  )
const entries = (listener: { hostname: string; star: Listener['star'] }) =>
  fc
    .array(entry(listener), { minLength: 1, maxLength: 8 })
    .map((all) => all.sort((a, b) => compareHostnames(a.hostname, b.hostname)))
const listener = (hostname: string, protocol: 'HTTP' | 'HTTPS'): fc.Arbitrary<Listener> =>
  fc.constantFrom('one' as const, 'many' as const).chain((star) =>
    fc.tuple(entries({ hostname, star }), fc.boolean()).map(([own, isSharing]) => ({
      origin: ORIGIN,
      name: hostname,
      hostname,
      star,
      protocol,
      ...(protocol === 'HTTPS' && { tls: { mode: 'Terminate' as const, certificates: ['shop/tls'] } }),
      entries: own,
      ...(isSharing && { behind: star }),
    })),
  )
/** What those of one kind of star may have behind their own. */
const shared = fc.record({ one: entries({ hostname: '', star: 'one' }), many: entries({ hostname: '', star: 'many' }) })
const listeners = (protocol: 'HTTP' | 'HTTPS') =>
  fc
    .subarray(HOSTNAMES, { minLength: 2, maxLength: 5 })
    .chain((hostnames) => fc.tuple(...hostnames.map((hostname) => listener(hostname, protocol))))

/** Tables of one site with a port for HTTP and one for HTTPS. */
export const tables = (certificate: Certificate): fc.Arbitrary<RoutingTable> =>
  fc
    .tuple(listeners('HTTP'), listeners('HTTPS'), fc.constantFrom(80, 8080), fc.constantFrom(443, 8443), shared, shared)
    .map(([plain, secure, httpPort, tlsPort, plainShared, secureShared]) => ({
      sites: [
        {
          origin: { kind: 'Gateway', namespace: 'shop', name: 'gateway' },
          ports: [
            { port: httpPort, bind: HTTP_BIND, kind: 'http', listeners: plain, shared: plainShared },
            { port: tlsPort, bind: TLS_BIND, kind: 'tls', listeners: secure, shared: secureShared },
          ],
        },
      ],
      backends: new Map(KEYS.map((key) => [key, plainBackend(key)])),
      certificates: new Map([['shop/tls', certificate]]),
      authorities: new Map(),
    }))

export interface GeneratedRequest {
  readonly bind: number
  readonly serverName: string
  readonly method: string
  readonly authority: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** A name has 253 octets at most. */
const LONGEST = `bb.${'b.'.repeat(122)}a.test`

const HOSTS = [
  'a.test',
  'b.a.test',
  'c.b.a.test',
  'd.c.b.a.test',
  'e.d.c.b.a.test',
  'x.test',
  'test',
  'other',
  'unknown',
]
const authority = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...HOSTS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'A.Test',
      'b.a.test:80',
      'a.test.',
      'a..test',
      'a_b.test',
      'a.test:x',
      '[::1]:80',
      'a,b.test',
      LONGEST,
      `a${LONGEST}`,
    ),
  },
)
const ODD = [
  '..',
  '.',
  '',
  '%61',
  '%2f',
  '%2e%2e',
  '..;',
  '..%2f',
  '%2F..',
  '%zz',
  '%00',
  '%5c',
  '\\',
  '..a',
  '.a',
  '%25',
]
const ODDER = ['{|}', '%7e', '%c3%a4', 'a..', '.%2F', '%2F.', '.;', '%3b', '..%3b', '%7f', '%41%42', '~']
const segment = fc.constantFrom(...SEGMENTS)
const target = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.array(segment, { maxLength: 3 }) },
      {
        weight: 1,
        arbitrary: fc.array(fc.oneof(segment, fc.constantFrom(...ODD, ...ODDER)), { minLength: 1, maxLength: 4 }),
      },
    ),
    fc.constantFrom('', '', '?', '?q=1', '?q=x+y&q=1', '?p%20q=%31', '?q=%C3%A4', '?q=1,2&x', '?q', '?a=%zz&q=1'),
  )
  .map(([segments, query]) => `/${segments.join('/')}${query}`)
const headerLine = fc.tuple(fc.constantFrom('X-One', 'x-two', 'x-four'), fc.constantFrom('1', '2', 'x y', '1,2', ''))
const corsLines = fc
  .tuple(
    fc.constantFrom('https://b.test', 'https://c.a.test', 'https://a.test', 'http://b.test:80'),
    fc.constantFrom<readonly (readonly [string, string])[]>(
      [],
      [['Access-Control-Request-Method', 'PUT']],
      [
        ['access-control-request-method', 'GET'],
        ['access-control-request-headers', 'x-one'],
      ],
    ),
  )
  .map(([origin, lines]) => [['Origin', origin] as const, ...lines])

export const requests: fc.Arbitrary<GeneratedRequest> = fc
  .record({
    bind: fc.constantFrom(HTTP_BIND, HTTP_BIND, TLS_BIND),
    asked: fc.constantFrom(...HOSTS, '', 'same', 'same', 'same', 'same', 'same', 'same'),
    method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'OPTIONS'),
    authority,
    target,
    headers: fc.array(headerLine, { maxLength: 3 }),
    cors: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: corsLines }),
    body: fc.constantFrom('', '', 'four', 'x'.repeat(200)),
  })
  .map(({ asked, cors, headers, ...one }) => ({
    ...one,
    headers: [...headers, ...cors] as (readonly [string, string])[],
    serverName: asked === 'same' ? one.authority.toLowerCase().replace(/:.*|[^a-z0-9.-]/g, '') : asked,
    body: one.method === 'POST' ? one.body : '',
  }))
