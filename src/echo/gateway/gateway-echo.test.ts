import assert from 'node:assert/strict'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { ownSurroundings } from '../surroundings.ts'
import { tlsFiles } from '../testing/tls-files.ts'
import { startGatewayEcho } from './gateway-echo.ts'

type Env = Readonly<Record<string, string>>
const { file, client, stranger, remove, env: told } = await tlsFiles()
after(remove)
const ANY = { HTTP_PORT: '0', H2C_PORT: '0', HTTPS_PORT: '0', TCP_PORT: '0', TLS_PORT: '0' }
const WHO = { NAMESPACE: 'shop', POD_NAME: 'web-1', SERVICE_NAME: 'web', INGRESS_NAME: 'gw' }
const WITH_TLS = told

const said: string[] = []
const start = async (env: Env = {}) => {
  const say = (line: string) => void said.push(line)
  const surroundings = { ...ownSurroundings(), say, env: { ...ANY, ...WHO, ...env } }
  const echo = await startGatewayEcho([], surroundings, () => undefined)
  return { ...echo, [Symbol.dispose]: () => echo.close() }
}

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly tls?: object
}
const ask = (port: number | undefined, { path = '/', method = 'GET', headers = {}, tls }: Asked = {}) =>
  new Promise<{ status: number; headers: IncomingHttpHeaders; raw: readonly string[]; body: string }>(
    (resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, method, headers, agent: false as const, ...tls }
      const call = (tls ? httpsRequest : httpRequest)(options as object, async (answer) => {
        let body = ''
        for await (const chunk of answer) body += String(chunk)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, raw: answer.rawHeaders, body })
      })
      call.on('error', reject).end()
    },
  )
const json = async (port: number | undefined, asked?: Asked) => JSON.parse((await ask(port, asked)).body)

const ask2 = (at: string, headers: Readonly<Record<string, string>>, options: SecureClientSessionOptions = {}) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const session = connectHttp2(at, { rejectUnauthorized: false, ...options })
    session.on('error', reject)
    const stream = session.request({ ':path': '/', ...headers })
    let [status, body] = [0, '']
    stream.on('response', (answer) => {
      status = answer[':status'] ?? 0
    })
    stream.on('data', (data) => {
      body += String(data)
    })
    stream.on('error', reject).on('end', () => {
      session.close()
      if (status === 0) reject(new Error('ended without an answer'))
      else resolve({ status, body })
    })
  })

test('a request is answered with all that has arrived of it, in the words of the conformance tests', async () => {
  using echo = await start()
  const headers = { host: 'a.test:8080', 'x-one': ['1', '2'], 'x-FORWARDED-for': '10.0.0.1', connection: 'close' }
  const {
    status,
    headers: answered,
    body,
  } = await ask(echo.ports.http, { path: '/a//b?c=%20d', method: 'DELETE', headers })
  assert.equal(status, 200)
  assert.equal(answered['content-type'], 'application/json')
  assert.equal(answered['x-content-type-options'], 'nosniff')
  assert.deepEqual(JSON.parse(body), {
    path: '/a//b?c=%20d',
    host: 'a.test:8080',
    method: 'DELETE',
    proto: 'HTTP/1.1',
    headers: { Connection: ['close'], 'X-Forwarded-For': ['10.0.0.1'], 'X-One': ['1', '2'] },
    httpPort: '0',
    namespace: 'shop',
    ingress: 'gw',
    service: 'web',
    pod: 'web-1',
  })
})

test('/health is well, /status/CODE has that status, and what is no status is a bad request', async () => {
  using echo = await start()
  assert.deepEqual((({ status, body }) => [status, body])(await ask(echo.ports.http, { path: '/health' })), [200, 'OK'])
  for (const [path, expected] of [
    ['/status/503', 503],
    ['/status/204', 204],
    ['/status/5', 400],
    ['/status/099', 400],
    ['/status/500?a', 400],
    ['/status/', 400],
  ] as const)
    assert.equal((await ask(echo.ports.http, { path })).status, expected, path)
})

test('an answer comes as late as it is asked to, and a delay that is none is refused', async () => {
  using echo = await start()
  const from = performance.now()
  assert.equal((await ask(echo.ports.http, { path: '/?delay=120ms' })).status, 200)
  assert.ok(performance.now() - from >= 115)
  const { status, body } = await ask(echo.ports.http, { path: '/?delay=soon' })
  assert.deepEqual([status, JSON.parse(body)], [500, { message: 'time: invalid duration "soon"' }])
})

test('X-Echo-Set-Header gives the answer its fields as they are spelt, and none that would break it', async () => {
  using echo = await start()
  const set =
    'X-Cased: one , X-Cased:two,x-cased:three, Bad Name:x, Content-Length:3, Transfer-Encoding:x, Set-Cookie:a=b'
  const { raw, headers } = await ask(echo.ports.http, { headers: { 'x-echo-set-header': set } })
  assert.deepEqual(raw.slice(0, 6), ['X-Cased', 'one,two', 'X-Cased', 'three', 'Set-Cookie', 'a=b'])
  assert.ok(Number(headers['content-length']) > 100)
})

test('HTTP/2 without TLS is served to those who know of it, and others are told', async () => {
  using echo = await start()
  const at = `http://127.0.0.1:${echo.ports.h2c}`
  const { status, body } = await ask2(at, { ':path': '/h', ':authority': 'b.test', 'x-a': 'b', cookie: 'a=1; b=2' })
  const { path, host, proto, headers } = JSON.parse(body)
  assert.deepEqual(
    [status, path, host, proto, headers],
    [200, '/h', 'b.test', 'HTTP/2.0', { Cookie: ['a=1; b=2'], 'X-A': ['b'] }],
  )
  const old = await ask(echo.ports.h2c)
  assert.deepEqual([old.status, old.body], [400, 'Expected h2c request'])
  const offer = await json(echo.ports.h2c, { headers: { connection: 'upgrade', upgrade: 'h2c' } })
  assert.equal(offer.proto, 'HTTP/1.1')
  await assert.rejects(ask2(`http://127.0.0.1:${echo.ports.http}`, {}), 'the port of HTTP/1.1 has nothing else')
})

test('a first line that comes in pieces is waited for', async () => {
  using echo = await start()
  const socket = connect(echo.ports.h2c!, '127.0.0.1').setNoDelay(true)
  const said = new Promise<string>((resolve) => {
    let all = ''
    socket.on('data', (data) => {
      all += String(data)
    })
    socket.on('end', () => resolve(all))
  })
  for (const piece of ['P', 'OST / HTTP/1.1\r\nhost: a\r\n', 'connection: close\r\n\r\n']) {
    socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  assert.match(await said, /^HTTP\/1\.1 400 [\s\S]*Expected h2c request$/)
})

test('over TLS both versions are served by ALPN, and the answer says what was agreed on', async () => {
  using echo = await start(WITH_TLS)
  const two = JSON.parse((await ask2(`https://127.0.0.1:${echo.ports.https}`, {}, { servername: 'web.test' })).body)
  assert.equal(two.proto, 'HTTP/2.0')
  assert.match(two.tls.cipherSuite, /^TLS_/)
  assert.deepEqual(
    { ...two.tls, cipherSuite: '' },
    { version: 'TLSv1.3', serverName: 'web.test', negotiatedProtocol: 'h2', cipherSuite: '' },
  )
  const tls = { rejectUnauthorized: false, maxVersion: 'TLSv1.2', ...client }
  const one = await json(echo.ports.https, { tls })
  assert.deepEqual([one.proto, one.tls.version, one.tls.serverName], ['HTTP/1.1', 'TLSv1.2', ''])
  assert.equal(one.tls.peerCertificates, undefined, 'none is asked for')
})

test('clients may show a certificate of the authority, need not, and none of another', async () => {
  using echo = await start({ ...WITH_TLS, TLS_CLIENT_CACERTS: file('ca') })
  const at = echo.ports.https
  assert.equal((await json(at, { tls: { rejectUnauthorized: false } })).tls.peerCertificates, undefined)
  const shown = (await json(at, { tls: { rejectUnauthorized: false, ...client } })).tls.peerCertificates
  assert.deepEqual(
    shown.map((one: string) => one.trim()),
    [client.cert.trim()],
  )
  assert.match(shown[0], /-----END CERTIFICATE-----\n$/)
  await assert.rejects(ask(at, { tls: { rejectUnauthorized: false, ...stranger } }))
  await assert.rejects(ask2(`https://127.0.0.1:${at}`, {}, stranger))
})

test('a WebSocket gets back what it sends, over TLS too, and other protocols are answered in HTTP', async () => {
  using echo = await start(WITH_TLS)
  const socket = new WebSocket(`ws://127.0.0.1:${echo.ports.http}/ws`)
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  socket.send('hello')
  const { data } = await new Promise<MessageEvent>((resolve) => socket.addEventListener('message', resolve as never))
  assert.equal(data, 'hello')
  socket.close()
  const upgrading = { connection: 'upgrade', upgrade: 'websocket' }
  assert.equal((await ask(echo.ports.http, { path: '/ws', headers: upgrading })).status, 400)
  assert.equal((await ask(echo.ports.http, { path: '/ws' })).status, 400)
  const tls = { rejectUnauthorized: false }
  assert.equal((await json(echo.ports.https, { tls, headers: upgrading })).proto, 'HTTP/1.1')
  assert.equal((await json(echo.ports.http, { headers: { connection: 'upgrade', upgrade: 'h2c' } })).proto, 'HTTP/1.1')
  const headers = { ...upgrading, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-version': '13' }
  const status = await new Promise((resolve, reject) => {
    const call = httpsRequest({ host: '127.0.0.1', port: echo.ports.https, path: '/ws', headers, ...tls })
    call.on('upgrade', (answer, connection) => {
      connection.destroy()
      resolve(answer.statusCode)
    })
    call.on('error', reject).end()
  })
  assert.equal(status, 101)
})

/** What a server of lines says to these. */
const lines = (socket: Socket, text: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    let all = ''
    socket.on('error', reject)
    socket.on('data', (data) => {
      all += String(data)
    })
    socket.on('end', () => resolve(all.split('\n')))
    socket.end(text)
  })

test('lines over TCP are answered with who answers, with and without TLS', async () => {
  using echo = await start({ TCP_ECHO_SERVER: '1', TLS_SERVER_CERT: file('crt'), TLS_SERVER_PRIV_KEY: file('key') })
  const { tcp, tls } = echo.ports
  const who = { namespace: 'shop', ingress: 'gw', service: 'web', pod: 'web-1', tcpport: '0', tlsport: '0' }
  const [welcome, pong, isTls, facts, end] = await lines(connect(tcp!, '127.0.0.1'), 'PING\nwhat\nIS_TLS\nTEST\n')
  assert.deepEqual([welcome, pong, isTls, end], ['Gateway API Test TCP Server', 'PONG', 'false', ''])
  assert.deepEqual(JSON.parse(facts!), { ...who, isTLS: false })
  const secure = connectTls({ port: tls!, host: '127.0.0.1', servername: 'web.test', rejectUnauthorized: false })
  const [, yes, told] = await lines(secure, 'IS_TLS\nTEST\n')
  assert.equal(yes, 'true')
  const { tls: agreed, ...rest } = JSON.parse(told!)
  assert.deepEqual([rest, agreed.version, agreed.serverName], [{ ...who, isTLS: true }, 'TLS 1.3', 'web.test'])
})

test('whoever is told to end answers what is in flight, says that it was the last, and accepts nothing more', async () => {
  using echo = await start(WITH_TLS)
  const { http, h2c } = echo.ports
  const socket = new WebSocket(`ws://127.0.0.1:${http}/ws`)
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  const slow = [
    ask(http, { path: '/?delay=200ms' }),
    ask2(`http://127.0.0.1:${h2c}`, { ':path': '/?delay=200ms' }),
  ] as const
  await ask(http)
  const drained = echo.drain(0.1)
  assert.equal((await ask(http, { headers: { connection: 'keep-alive' } })).headers.connection, 'close')
  await drained
  assert.deepEqual(
    (await Promise.all(slow)).map(({ status }) => status),
    [200, 200],
  )
  await closed
  await assert.rejects(ask(http), { code: 'ECONNREFUSED' })
})

test('words, and variables whose values are none, are refused by name', async () => {
  const refused = (env: Env, message: RegExp) => assert.rejects(start(env), { code: 'ECHO_FLAG_INVALID', message })
  await refused({ HTTP_PORT: 'web' }, /^HTTP_PORT: "web" is no port/)
  await refused({ H2C_PORT: '70000' }, /^H2C_PORT: "70000" is no port/)
  await refused({ TLS_SERVER_CERT: file('none') }, /^TLS_SERVER_CERT: ENOENT/)
  await assert.rejects(
    startGatewayEcho(['--http-port=1'], ownSurroundings(), () => undefined),
    { message: /told by its environment alone/ },
  )
})

test('a line of output tells of each request, as whoever looks for mirrored ones finds it', async () => {
  using echo = await start()
  said.length = 0
  await ask(echo.ports.http, { path: '/mirror?to=one' })
  await ask(echo.ports.http, { path: '/health' })
  await ask2(`http://127.0.0.1:${echo.ports.h2c}`, { ':path': '/over-h2c' })
  const lines = said.map((line) => line.replace(/:\d+\)$/, ':PORT)'))
  assert.deepEqual(lines, [
    'Echoing back request made to /mirror?to=one to client (127.0.0.1:PORT)',
    'Echoing back request made to /over-h2c to client (127.0.0.1:PORT)',
  ])
})
