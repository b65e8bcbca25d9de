import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { after, before, test } from 'node:test'
import type { Filter, Rule } from '#routes/table/entry.ts'
import { EchoBackends } from './echo-backends.ts'
import type { ProxyUnderTest } from './proxy-under-test.ts'
import { rawRequest } from './raw-request.ts'
import { GUARDED, startGuarded } from './security-proxy.ts'
import { entry } from './small-table.ts'
import { HTTP_BIND, TLS_BIND } from './tables.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const none = { set: [], add: [], remove: [] }
const change = (type: 'requestHeaders' | 'responseHeaders', how: 'set' | 'add', value: string): Filter => ({
  type,
  ...none,
  [how]: [{ name: 'x-a', value }],
})
const does = (...filters: readonly Filter[]) => ({ filters })
/** Nothing of this passes the routes' reading; what does all the same is not to be two messages. */
const SPLITTING: readonly (readonly [string, Partial<Rule>])[] = [
  ['request.test', does(change('requestHeaders', 'set', 'b\r\n\r\nGET /admin HTTP/1.1'))],
  ['more.test', does(change('requestHeaders', 'add', 'b\r\n\r\nGET /admin HTTP/1.1'))],
  ['answer.test', does(change('responseHeaders', 'set', 'b\r\nSet-Cookie: c=d'))],
  ['more-answer.test', does(change('responseHeaders', 'add', 'b\r\nSet-Cookie: c=d'))],
  ...(['set', 'add'] as const).map((how) => {
    const filters = [change('responseHeaders', how, 'b\r\nSet-Cookie: c=d')]
    return [`own-${how}.test`, { filters, action: { type: 'redirect', status: 302 } }] as const
  }),
  ['path.test', does({ type: 'rewrite', path: { type: 'Full', value: '/x HTTP/1.1\r\nX-B: c\r\nX-D:' } })],
  ['host.test', does({ type: 'rewrite', hostname: 'b.test\r\nX-B: c' })],
  ['place.test', does({ type: 'redirect', status: 302, path: { type: 'Full', value: '/x\r\nSet-Cookie: c=d' } })],
  ['delete.test', does(change('requestHeaders', 'set', 'b\x7f'))],
  ['cookie.test', { persistence: { type: 'Cookie', name: 'a=b\r\nX-B', lifetime: 'Session' } }],
]

let backends: EchoBackends
let proxy: ProxyUnderTest
before(async () => {
  backends = await EchoBackends.start(GUARDED)
  proxy = await startGuarded(
    backends,
    SPLITTING.map(([host, rule]) => entry(host, 'all', { id: host, ...rule })),
  )
})
after(async () => {
  await proxy.stop()
  backends.stop()
})

const get = (target: string, host = 'a.test', head: readonly string[] = []) =>
  [`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...head, '', ''].join('\r\n')
const post = (head: readonly string[], body: string) =>
  ['POST /public HTTP/1.1', 'Host: a.test', 'Connection: close', ...head, '', body].join('\r\n')
/** The status, and which backends were asked for what. */
const outcome = async (text: string, port = HTTP_BIND, serverName?: string): Promise<string> => {
  backends.heard.length = 0
  const { status } = await rawRequest(port, text, serverName)
  return [status, ...backends.heard.map(({ backend, target }) => `${backend} ${target}`)].join(' ')
}

test('a path that is guarded is so however it is written', async () => {
  const spellings = [
    ...['/admin', '/admin/', '/admin?x', '//admin', '/./admin', '/%61dmin', '/%61%64%6D%69%6e', '/public/../admin'],
    ...['/public/%2e%2e/admin', '/public/%2E./admin', '/../admin', '/a//../admin', 'http://a.test/admin'],
    ...['HTTP://A.TEST/public/../admin'],
  ]
  for (const target of spellings) assert.equal(await outcome(get(target)), '403', target)
  const unsafe = [
    ...['/public/..;/admin', '/public%2f..%2fadmin', '/public/..%2fadmin', '/public/..%5cadmin', '/public\\..\\admin'],
    ...[
      '/admin%00',
      '/admin%1f',
      '/admin#',
      '/public?a#b',
      '/%',
      '/%zz',
      'admin',
      '?/public',
      'http://a.test',
      'http://a.test?/public/',
      '*',
    ],
  ]
  for (const target of unsafe) assert.equal(await outcome(get(target)), '400', target)
})

test('what a client writes for a host leads to no other path', async () => {
  const same = ['A.TEST', 'a.test.', 'a.test:80', ' a.test\t']
  for (const host of same) assert.equal(await outcome(get('/admin', host)), '403', host)
  const odd = [
    ...['a.test/public', 'a.test/public/?', 'a.test/', '/public', 'a.test,b.test', 'a.test,', 'u@a.test', 'a.test#'],
    ...[
      'a.test?',
      'a.test..',
      '.a.test',
      'a..test',
      'a.test:123456',
      '*.test',
      '+.test',
      'a.test:80:80',
      'a test',
      'a.test%2f',
      '',
    ],
  ]
  for (const host of odd) assert.equal(await outcome(get('/admin', host)), '400', host)
  for (const name of ['a.test', 'a.test/public'])
    assert.equal(await outcome(get('/admin', 'a.test/public'), TLS_BIND, name), '400', `by TLS for ${name}`)
  assert.equal(await outcome(get('/admin', 'b.test', ['Host: a.test'])), '400')
  assert.equal(await outcome(get('http://a.test/public', 'b.test')), '400')
  for (const target of ['/public', 'http://a.test/public'])
    assert.equal(await outcome(`GET ${target} HTTP/1.1\r\nConnection: close\r\n\r\n`), '400', `no host: ${target}`)
  assert.equal(await outcome('GET /public HTTP/1.0\r\n\r\n'), '404')
})

test('a host that is longer than a name in DNS is refused before anybody looks for it', async () => {
  const longest = `${'a.'.repeat(124)}stars`
  for (const rest of ['', '.', ':80', '.:65535']) {
    assert.equal(await outcome(get('/', `${longest}${rest}`)), '404', rest)
    for (const more of ['a', 'a.'.repeat(7_000)])
      assert.equal(await outcome(get('/', `${more}${longest}${rest}`)), '400', `${more.length} more ${rest}`)
  }
  assert.equal(await outcome(get('/', `[${':'.repeat(300)}]`)), '400')
  assert.equal(await outcome(get('/', `a${longest}`), TLS_BIND, 'a.test'), '400')
})

test('a backend gets a path alone, also where a client writes to us as to a proxy', async () => {
  for (const target of ['http://a.test/public?q', 'HTTPS://A.test/public?q', 'http://a.test:80/./public?q'])
    assert.equal(await outcome(get(target)), '200 open /public?q', target)
  assert.equal(await outcome('GET http://b.test/public HTTP/1.0\r\n\r\n'), '404', 'a host that no header names')
  const refused = [
    'http://u@a.test/public',
    'http://u:p@a.test/public',
    'http://@a.test/public',
    'file://a.test/public',
  ]
  for (const target of [...refused, 'http:///public', 'httpx://a.test/public', 'http:/public', 'CONNECT a.test:80'])
    assert.equal(await outcome(get(target)), '400', target)
  assert.equal(await outcome(get('a.test:80').replace('GET', 'CONNECT')), '400')
})

test('a scheme that is not served is refused, also by HTTP/2, and what is goes to the backend as a path', async () => {
  const asked = async (scheme: string) => {
    backends.heard.length = 0
    const session = connect(`https://127.0.0.1:${TLS_BIND}`, { servername: 'a.test', rejectUnauthorized: false })
    const stream = session.request({ ':scheme': scheme, ':authority': 'a.test', ':path': '/public?q' })
    const [headers] = await once(stream.resume(), 'response')
    session.destroy()
    return [headers[':status'], ...backends.heard.map(({ target }) => target)]
  }
  for (const scheme of ['https', 'http', 'HTTPS']) assert.deepEqual(await asked(scheme), [200, '/public?q'], scheme)
  for (const scheme of ['file', 'httpx', 'h']) assert.deepEqual(await asked(scheme), [400], scheme)
})

test('chunks are refused where a request is of HTTP/1.0', async () => {
  const chunks = '0\r\n\r\n'
  for (const head of [['Transfer-Encoding: chunked', 'Content-Length: 5'], ['Transfer-Encoding: chunked']]) {
    const text = post(head, chunks)
    assert.equal(await outcome(text.replace('HTTP/1.1', 'HTTP/1.0')), '400')
    assert.equal(await outcome(text), '200 open /public')
  }
})

test('where a request ends is said in one way', async () => {
  const inner = '0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a.test\r\n\r\n'
  const length = `Content-Length: ${inner.length}`
  const refused = [
    ...['xchunked', '\x0bchunked', 'chunked\x0b', '"chunked"', 'chunked, chunked', 'identity', 'chunked, identity'],
    ...['chunked\r\nTransfer-Encoding: identity'],
  ].map((value) => `Transfer-Encoding: ${value}`)
  const written = ['Transfer-Encoding\t: chunked', ' Transfer-Encoding: chunked', 'Transfer-Encoding\0: chunked']
  for (const line of [...refused, ...written, 'Content-Length: 5', 'Content-Length:', 'Content-Length: -1', 'X: a\0b'])
    assert.equal(await outcome(post([length, line], inner)), '400', JSON.stringify(line))
  // A fold is a part of the value before, and an unknown name is nothing: the length holds.
  for (const line of ['X: y\r\n Transfer-Encoding: chunked', 'Transfer_Encoding: chunked'])
    assert.equal(await outcome(post([length, line], inner)), '200 open /public', JSON.stringify(line))
  for (const size of ['0x5', 'fffffffffffffffff5', '-5', '5 5', ''])
    assert.equal(await outcome(post(['Transfer-Encoding: chunked'], `${size}\r\nhello\r\n0\r\n\r\n`)), '400', size)
})

test('a backend gets one length of a body, whichever a client says', async () => {
  for (const head of [['Content-Length: 3', 'Transfer-Encoding: chunked'], ['Transfer-Encoding: CHUNKED']]) {
    assert.equal(await outcome(post(head, '5;a=b\r\nhello\r\n0\r\n\r\n')), '200 open /public')
    const [{ headers, body } = { headers: [], body: '' }] = backends.heard
    const framing = headers.filter(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name))
    assert.deepEqual([body, framing.length], ['hello', 1])
  }
})

test('too many headers, or too large ones, are refused, and the next request is served', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, number) => `X-${number}: 1`)
  assert.equal(await outcome(get('/public', 'a.test', many(100))), '200 open /public')
  assert.equal(await outcome(get('/public', 'a.test', many(1000))), '400')
  assert.equal(await outcome(get('/public', 'a.test', [`X: ${'a'.repeat(65_536)}`])), '400')
  assert.match(await outcome(get(`/${'a'.repeat(65_536)}`)), /^4/)
  assert.equal(await outcome(get('/public')), '200 open /public')
})

test('what a rule writes into a message is never more than a line of it', async () => {
  for (const [host] of SPLITTING) assert.match(await outcome(get('/', host)), /^500(?: all \/)?$/, host)
})
