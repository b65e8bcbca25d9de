import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls, type SecureVersion } from 'node:tls'
import { EchoBackends } from './echo-backends.ts'
import { MAX_CONNECTIONS, type ProxyUnderTest } from './proxy-under-test.ts'
import { rawRequest } from './raw-request.ts'
import { GUARDED, startGuarded } from './security-proxy.ts'
import { entry } from './small-table.ts'
import { HTTP_BIND, TLS_BIND } from './tables.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
let proxy: ProxyUnderTest
before(async () => {
  backends = await EchoBackends.start(GUARDED)
  proxy = await startGuarded(backends, [
    entry('small.test', 'all', { id: 'small', bodyLimit: { octets: 100, isWritten: true } }),
  ])
})
after(async () => {
  await proxy.stop()
  backends.stop()
})

const isServed = async () => {
  const { status } = await rawRequest(HTTP_BIND, 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')
  assert.equal(status, 200)
}

/** How many seconds a connection lives that says this, and then some octets each half a second. */
async function lives(first: string, drop: string): Promise<number> {
  const start = performance.now()
  const socket = connect(HTTP_BIND, '127.0.0.1').resume()
  socket.on('error', () => {})
  socket.write(first)
  const dropping = setInterval(() => socket.writable && socket.write(drop), 500)
  await once(socket, 'close')
  clearInterval(dropping)
  return (performance.now() - start) / 1000
}

test('who is slow with a request, or sends none, is sent away, and keeps nobody up', { timeout: 60_000 }, async () => {
  const idle = Array.from({ length: 200 }, () => lives('', ''))
  const slow = [
    lives('GET / HTTP/1.1\r\nHost: a.test\r\n', 'X: y\r\n'),
    lives('G', 'E'),
    lives('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ''),
    lives('PRI * HT', ''),
  ]
  const body = lives('POST / HTTP/1.1\r\nHost: small.test\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n')
  await isServed()
  for (const seconds of await Promise.all([...slow, ...idle])) assert.ok(seconds < 15, `it lived for ${seconds} s`)
  assert.ok((await body) < 35)
})

test('one source may have half of all connections, and whoever comes from elsewhere is served', async () => {
  const half = MAX_CONNECTIONS / 2
  const greedy = Array.from({ length: MAX_CONNECTIONS }, () => {
    const socket = connect({ port: TLS_BIND, host: '127.0.0.1', localAddress: '127.0.0.2' }).resume()
    return socket.on('error', () => {})
  })
  const open = () => greedy.filter(({ closed }) => !closed).length
  for (let tries = 0; open() > half && tries < 100; tries++) await sleep(50)
  await isServed()
  // Those that it accepted together are counted one after the other.
  assert.ok(open() > half - 10 && open() <= half, `${open()} are open`)
  for (const socket of greedy) socket.destroy()
})

test('TLS of versions before 1.2, or with ciphers that keep nothing secret later, is refused', async () => {
  const cipher = (version: SecureVersion, ciphers?: string) =>
    new Promise<string>((resolve) => {
      const options = { minVersion: version, maxVersion: version, rejectUnauthorized: false, servername: 'a.test' }
      // At this level Node itself would offer older versions.
      const offered = ciphers === undefined ? 'DEFAULT@SECLEVEL=0' : `${ciphers}:@SECLEVEL=0`
      const socket = connectTls({ ...options, ciphers: offered, port: TLS_BIND, host: '127.0.0.1' }, () => {
        resolve(socket.getCipher().name)
        socket.destroy()
      })
      socket.on('error', () => resolve('refused'))
    })
  for (const version of ['TLSv1', 'TLSv1.1'] as const) assert.equal(await cipher(version), 'refused')
  for (const old of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'NULL', 'PSK'])
    assert.equal(await cipher('TLSv1.2', old), 'refused', old)
  assert.equal(await cipher('TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'), 'ECDHE-ECDSA-AES128-GCM-SHA256')
  assert.match(await cipher('TLSv1.3'), /^TLS_/)
})

test('a client of HTTP/2 has a bounded number of requests at once', async () => {
  const options: SecureClientSessionOptions = { rejectUnauthorized: false, servername: 'a.test' }
  const session = connectHttp2(`https://127.0.0.1:${TLS_BIND}`, options)
  await once(session, 'remoteSettings')
  assert.ok((session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY) <= 128)
  session.destroy()
})

const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
const literal = (name: string, value: string) =>
  Buffer.concat(
    [name, value].map((text, at) =>
      Buffer.from(`${at === 0 ? '\0' : ''}${String.fromCharCode(text.length)}${text}`, 'latin1'),
    ),
  )
const headers = (...more: readonly (readonly [string, string])[]) => {
  const names = new Map([
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/public'],
    [':authority', 'a.test'],
    ...more,
  ])
  return Buffer.concat([...names].map(([name, value]) => literal(name, value)))
}
const [HEADERS, RESET, SETTINGS, PING, GOAWAY, CONTINUATION] = [1, 3, 4, 6, 7, 9]

/** The kinds of frames that come back for these, until a connection's end or one of the kind `until`. */
function speak(frames: readonly Buffer[], until: number): Promise<readonly number[]> {
  return new Promise((resolve) => {
    const socket = connect(HTTP_BIND, '127.0.0.1')
    let rest = Buffer.alloc(0)
    const kinds: number[] = []
    socket.on('error', () => {})
    socket.on('close', () => resolve(kinds))
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data])
      while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
        kinds.push(rest.readUInt8(3))
        rest = rest.subarray(9 + rest.readUIntBE(0, 3))
        if (kinds.at(-1) === until) socket.destroy()
      }
    })
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    socket.write(Buffer.concat([frame(SETTINGS, 0, 0, Buffer.alloc(0)), ...frames]))
  })
}

test('a request of HTTP/2 that would be another one in HTTP/1 reaches no backend', async () => {
  const odd: readonly (readonly [string, string])[] = [
    ...[':path'].flatMap((name) =>
      ['/a b', '/ HTTP/1.1\r\nX: y', 'admin', 'http://a.test/'].map((value) => [name, value] as const),
    ),
    ...['GET / HTTP/1.1\r\nX:', 'GET /admin'].map((value) => [':method', value] as const),
    ...['a.test/public', 'u@a.test', 'a.test\r\nX: y'].map((value) => [':authority', value] as const),
    [':scheme', 'http://a.test/?'],
    ...['X-A', 'x: y\r\nz', 'x y', 'transfer-encoding', 'connection', ''].map((name) => [name, 'chunked'] as const),
    ...['b\r\nz: 1', 'b\nz', 'b\0z'].map((value) => ['x', value] as const),
  ]
  backends.heard.length = 0
  assert.ok((await speak([frame(HEADERS, 5, 1, headers())], HEADERS)).includes(HEADERS))
  assert.equal(backends.heard.length, 1, 'one that is not odd reaches its backend')
  backends.heard.length = 0
  for (const one of odd) {
    const kinds = await speak([frame(HEADERS, 5, 1, headers(one)), frame(PING, 0, 0, Buffer.alloc(8))], PING)
    assert.ok(kinds.length > 0, JSON.stringify(one))
  }
  for (const length of ['3', '30']) {
    const head = headers([':method', 'POST'], ['content-length', length])
    const kinds = await speak([frame(HEADERS, 4, 1, head), frame(0, 1, 1, Buffer.from('hello'))], RESET)
    assert.ok(kinds.includes(RESET), `a body of 5 with the length ${length}`)
  }
  await isServed()
  assert.deepEqual(
    backends.heard.map(({ target }) => target),
    ['/'],
  )
})

test('a path of HTTP/2 with octets that HTTP/1 has none of is refused before any rule', async () => {
  const session = connectHttp2(`http://127.0.0.1:${HTTP_BIND}`)
  for (const path of ['/admi\xf1', '/admin\x7f', '/\x80/', '/public']) {
    const stream = session.request({ ':path': path, ':authority': 'a.test' })
    const chunks: string[] = []
    stream.setEncoding('utf8').on('data', (text) => chunks.push(text))
    await once(stream, 'end')
    // A backend that is asked would say so in other words.
    if (path !== '/public') assert.equal(chunks.join(''), 'bad request\n', JSON.stringify(path))
    else assert.equal(JSON.parse(chunks.join('')).target, path)
  }
  session.destroy()
})

test('floods of HTTP/2 frames end their connection, or cost little, and others are served meanwhile', async () => {
  const many = (count: number, of: (number: number) => Buffer) =>
    Array.from({ length: count }, (_, number) => of(number))
  const endless = [
    frame(HEADERS, 1, 1, headers()),
    ...many(3000, () => frame(CONTINUATION, 0, 1, literal('x', 'y'.repeat(100)))),
  ]
  const reset = many(1000, (number) => {
    const stream = 2 * number + 1
    return Buffer.concat([frame(HEADERS, 5, stream, headers()), frame(RESET, 0, stream, Buffer.from([0, 0, 0, 8]))])
  })
  const settings = many(3000, () => frame(SETTINGS, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100])))
  const last = frame(PING, 0, 0, Buffer.alloc(8))
  const floods = [speak(endless, GOAWAY), speak([...reset, last], PING), speak([...settings, last], PING)]
  await isServed()
  const [first] = await Promise.all(floods)
  assert.ok(first?.includes(GOAWAY))
  await isServed()
})
