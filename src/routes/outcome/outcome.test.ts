import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry, Filter, Rule } from '../table/entry.ts'
import { match, type Request } from '../table/match.ts'
import type { RoutingTable } from '../table/table.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }
const rule = (more: Partial<Rule> = {}): Rule => ({
  id: 'HTTPRoute shop/cart 0',
  origin: ORIGIN,
  index: 0,
  filters: [],
  action: { type: 'forward', to: [{ weight: 1, to: { backend: 'one' }, filters: [] }] },
  ...more,
})
function tableOf(entries: readonly Partial<Entry>[], kind: 'http' | 'tls' = 'http'): RoutingTable {
  const all = entries.map((one) => ({
    hostname: '',
    path: { type: 'Prefix' as const, value: '/' },
    headers: [],
    query: [],
    rule: rule(),
    ...one,
  }))
  const protocol = kind === 'tls' ? ('HTTPS' as const) : ('HTTP' as const)
  const listeners = ['', 'a.test'].map((hostname) => ({
    origin: ORIGIN,
    name: hostname,
    hostname,
    star: 'many' as const,
    protocol,
    entries: all,
  }))
  return {
    sites: [{ origin: ORIGIN, ports: [{ port: 8080, bind: 10000, kind, listeners }] }],
    backends: new Map(),
    certificates: new Map(),
    authorities: new Map(),
  }
}
const request = (more: Partial<Request> = {}): Request => ({
  bind: 10000,
  method: 'GET',
  authority: 'shop.test:8080',
  target: '/foo/bar?q=1',
  headers: [],
  ...more,
})
const outcome = (entries: readonly Partial<Entry>[], asked: Request = request(), drawn = 0): Outcome =>
  outcomeOf(match(tableOf(entries), asked), asked, { source: '10.1.2.3', draw: (count) => drawn % count })
const status = (one: Outcome) => (one.type === 'answer' ? one.status : one.backend)
const reason = (one: Outcome) => (one.type === 'answer' ? one.reason : one.backend)
const location = (one: Outcome) =>
  one.type === 'answer' ? one.headers.find(([name]) => name === 'location')?.[1] : undefined

test('backends have their share of what is drawn, and those that lead nowhere, too', () => {
  const to = [
    { weight: 2, to: { backend: 'one' }, filters: [] },
    { weight: 1, to: { status: 500, reason: 'BackendNotFound' }, filters: [] },
  ]
  const all = [0, 1, 2].map((drawn) =>
    status(outcome([{ rule: rule({ action: { type: 'forward', to } }) }], request(), drawn)),
  )
  assert.deepEqual(all, ['one', 'one', 500])
  assert.equal(status(outcome([{ rule: rule({ action: { type: 'forward', to: [] } }) }])), 500)
})

test('of backends without any weight none is drawn, and the last one is drawn by the highest number', () => {
  const to = (...weights: readonly number[]) => {
    const all = weights.map((weight, at) => ({ weight, to: { backend: `b${at}` }, filters: [] }))
    const draw = (count: number): number => {
      assert.ok(count > 0)
      return count - 1
    }
    const asked = request()
    const action = { type: 'forward', to: all } as const
    return outcomeOf(match(tableOf([{ rule: rule({ action }) }]), asked), asked, { source: '10.1.2.3', draw })
  }
  assert.deepEqual([to(2, 3), to(1, 0), to(5)].map(status), ['b1', 'b0', 'b0'])
  assert.deepEqual(reason(to(0, 0)), 'NoBackend')
})

test('what goes on is as it came, but for a host that a filter names; one without a host gets none', () => {
  const sent = (asked: Request, ...filters: readonly Filter[]) => {
    const one = outcome([{ rule: rule({ filters }) }], asked)
    return one.type === 'forward' && [one.request.host, one.request.target]
  }
  assert.deepEqual(sent(request()), ['shop.test:8080', '/foo/bar?q=1'])
  assert.deepEqual(sent(request(), { type: 'rewrite', hostname: 'x.test' }), ['x.test', '/foo/bar?q=1'])
  const path = { type: 'Full', value: '/y' } as const
  assert.deepEqual(sent(request(), { type: 'rewrite', path }), ['shop.test:8080', '/y?q=1'])
  const { authority: _, ...nameless } = request()
  assert.deepEqual(sent(nameless), ['', '/foo/bar?q=1'])
})

test('sources are ranges of which one is enough, a body may be as large as its limit, and the shorter time holds', () => {
  const asked = request({ headers: [['Content-Length', '10']] })
  const of = (more: Partial<Rule>) => outcome([{ rule: rule(more) }], asked)
  const ranges = ['192.0.2.0/24', '10.0.0.0/8']
  assert.deepEqual([status(of({ sources: ranges })), status(of({ refused: ranges }))], ['one', 403])
  const limit = (octets: number) => status(of({ bodyLimit: { octets, isWritten: true } }))
  assert.deepEqual([limit(10), limit(9)], ['one', 413])
  assert.equal(status(outcome([{ rule: rule({ bodyLimit: { octets: 0, isWritten: true } }) }])), 'one', 'no body')
  const times = [{}, { requestTimeoutMs: 5 }, { backendTimeoutMs: 6 }, { requestTimeoutMs: 8, backendTimeoutMs: 7 }]
  const within = times.map(of).map((one) => (one.type === 'forward' ? one.timeoutMs : 'answered'))
  assert.deepEqual(within, [undefined, 5, 6, 7])
})

test('what filters of a rule and of its backend do is done, a share of copies by what is drawn', () => {
  const header: Filter = { type: 'requestHeaders', set: [{ name: 'x-a', value: '1' }], add: [], remove: [] }
  const mirror: Filter = { type: 'mirror', backend: 'two', numerator: 1, denominator: 2 }
  const of = (drawn: number) => outcome([{ rule: rule({ filters: [header, mirror] }) }], request(), drawn)
  const sent = [0, 1].map(of).map((one) => one.type === 'forward' && [one.copies, one.request.headers])
  assert.deepEqual(sent, [
    [['two'], [['x-a', '1']]],
    [[], [['x-a', '1']]],
  ])
  const to = [{ weight: 1, to: { backend: 'one' }, filters: [{ type: 'redirect', status: 302 } as Filter] }]
  assert.equal(status(outcome([{ rule: rule({ action: { type: 'forward', to } }) }])), 302)
})

test('a redirect keeps what it does not say, and leaves a scheme’s own port out', () => {
  const to = (more: object) =>
    location(outcome([{ rule: rule({ action: { type: 'redirect', status: 302, ...more } }) }]))
  assert.equal(to({}), 'http://shop.test:8080/foo/bar?q=1')
  assert.equal(to({ scheme: 'https' }), 'https://shop.test/foo/bar?q=1')
  assert.equal(to({ port: 80 }), 'http://shop.test/foo/bar?q=1')
  assert.equal(to({ scheme: 'https', port: 80, hostname: 'x.test' }), 'https://x.test:80/foo/bar?q=1')
  assert.equal(to({ path: { type: 'Prefix', matched: '/foo', value: '/' } }), 'http://shop.test:8080/bar?q=1')
})

test('a prefix is put in the place of another without slashes that stand together', () => {
  const moved = (target: string, matched: string, value: string) => {
    const filter: Filter = { type: 'rewrite', path: { type: 'Prefix', matched, value } }
    const one = outcome([{ rule: rule({ filters: [filter] }) }], request({ target }))
    return one.type === 'forward' ? one.request.target : undefined
  }
  assert.equal(moved('/foo/bar', '/foo', '/xyz'), '/xyz/bar')
  assert.equal(moved('/foo/bar', '/foo', '/xyz/'), '/xyz/bar')
  assert.equal(moved('/foo', '/foo', '/xyz'), '/xyz')
  assert.equal(moved('/foo/', '/foo', '/xyz'), '/xyz/')
  assert.equal(moved('/foo/bar?a', '/foo', ''), '/bar?a')
  assert.equal(moved('/foo', '/foo', '/'), '/')
  assert.equal(moved('/foo/', '/foo', '/'), '/')
  assert.equal(moved('/bar', '/', '/xyz'), '/xyz/bar')
})

test('who may not ask is refused, and what is too large; bad hosts and paths before that', () => {
  const limited = [{ rule: rule({ sources: ['10.1.0.0/16'], bodyLimit: { octets: 5, isWritten: true } }) }]
  assert.equal(status(outcome(limited)), 'one')
  assert.equal(status(outcome(limited, request({ headers: [['Content-Length', '6']] }))), 413)
  assert.equal(status(outcome([{ rule: rule({ sources: ['10.2.0.0/16'] }) }])), 403)
  assert.equal(status(outcome([{ rule: rule({ refused: ['10.1.0.0/16'] }) }])), 403)
  assert.equal(status(outcome([{ rule: rule({ refused: ['10.2.0.0/16'] }) }])), 'one')
  assert.equal(status(outcome([{}], request({ authority: 'a..b' }))), 400)
  assert.equal(status(outcome([{}], request({ target: '/..%2f' }))), 400)
  assert.equal(status(outcome([], request())), 404)
})

test('each answer of ours says why', () => {
  const why = (more: Partial<Rule>, asked: Request = request()) => reason(outcome([{ rule: rule(more) }], asked))
  assert.equal(why({ sources: ['192.0.2.0/24'] }), 'SourceNotAllowed')
  const long = request({ headers: [['Content-Length', '6']] })
  assert.equal(why({ bodyLimit: { octets: 5, isWritten: true } }, long), 'BodyTooLarge')
  assert.equal(why({ action: { type: 'redirect', status: 302 } }), 'Redirect')
  assert.equal(why({ action: { type: 'answer', status: 500, reason: 'Broken' } }), 'Broken')
  const origins = ['https://a.test']
  const cors = { methods: [], allowHeaders: [], exposeHeaders: [], maxAgeSeconds: 5, credentials: false }
  const headers = [
    ['Origin', 'https://a.test'],
    ['Access-Control-Request-Method', 'PUT'],
  ] as const
  const preflight = request({ method: 'OPTIONS', headers })
  assert.equal(why({ filters: [{ type: 'cors', origins, ...cors }] }, preflight), 'Preflight')
})

test('a request by TLS for another listener than its connection is told so', () => {
  const asked = (serverName: string, authority: string) => {
    const found = match(tableOf([{}], 'tls'), request({ serverName, authority }))
    return found.type === 'refused' ? found.reason : found.listener.hostname
  }
  assert.equal(asked('a.test', 'a.test'), 'a.test')
  assert.equal(asked('a.test', 'b.test'), 'Misdirected')
  assert.equal(asked('b.test', 'A.test.'), 'Misdirected')
  assert.equal(asked('b.test', 'c.test'), '')
})

test('an origin is allowed by name or by its domain, and told by its name where any is', () => {
  const cors = (origin: string, credentials: boolean, origins = ['https://*.a.test', '*']) => {
    const filter: Filter = {
      type: 'cors',
      origins,
      methods: ['*'],
      allowHeaders: [],
      exposeHeaders: [],
      maxAgeSeconds: 5,
      credentials,
    }
    const headers = [
      ['Origin', origin],
      ['Access-Control-Request-Method', 'PUT'],
    ] as const
    const one = outcome([{ rule: rule({ filters: [filter] }) }], request({ method: 'OPTIONS', headers }))
    return one.type === 'answer'
      ? [
          one.status,
          ...['origin', 'methods'].map(
            (name) => one.headers.find(([found]) => found === `access-control-allow-${name}`)?.[1],
          ),
        ]
      : []
  }
  assert.deepEqual(cors('https://x.test', false), [204, 'https://x.test', '*'])
  assert.deepEqual(cors('https://x.test', true), [204, 'https://x.test', 'PUT'])
  assert.deepEqual(cors('https://x.y.a.test', false, ['https://*.a.test']), [204, 'https://x.y.a.test', '*'])
  for (const other of [
    'https://xa.test',
    'https://evil.test/.a.test',
    'https://evil.test?.a.test',
    'https://evil.test#.a.test',
  ])
    assert.deepEqual(cors(other, false, ['https://*.a.test']), [403, undefined, undefined], other)
  assert.deepEqual(cors('https://any.test', false, ['https://*']), [204, 'https://any.test', '*'])
})

test('an answer of ours has what filters say of answers, as one of a backend has', () => {
  const filters: readonly Filter[] = [
    { type: 'responseHeaders', set: [{ name: 'X-Set', value: '1' }], add: [], remove: ['location'] },
    {
      type: 'cors',
      origins: ['https://a.test'],
      methods: [],
      allowHeaders: [],
      exposeHeaders: [],
      maxAgeSeconds: 5,
      credentials: false,
    },
  ]
  const asked = request({ headers: [['Origin', 'https://a.test']] })
  for (const action of [
    { type: 'redirect', status: 302 },
    { type: 'answer', status: 500, reason: 'NoBackend' },
    { type: 'forward', to: [{ weight: 1, to: { status: 500, reason: 'BackendNotFound' }, filters: [] }] },
  ] as const) {
    const one = outcome([{ rule: rule({ filters, action }) }], asked)
    assert.deepEqual(
      one.type === 'answer' && one.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort(),
      ['access-control-allow-origin: https://a.test', 'vary: Origin', 'x-set: 1'],
    )
  }
})
