import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, createSecureServer } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, createServer as createTls } from 'node:tls'
import type { Backend, BackendTls, SitePort } from '#routes/table/table.ts'
import { EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { rawRequest } from './raw-request.ts'
import { ended, entry, listener, tableOf } from './small-table.ts'
import { HTTP_BIND, plainBackend, TLS_BIND } from './tables.ts'
import { testCertificate } from './test-certificate.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const own = testCertificate(['shop.test', '*.deep.test', '*.b.deep.test'])
const other = testCertificate(['other.test'])
const client = testCertificate(['client.test'])
const stranger = testCertificate(['stranger.test'])
const server = testCertificate(['inside.test', 'spiffe://cluster/inside'])
let backends: EchoBackends

before(async () => {
  backends = await EchoBackends.start(['one'])
})
after(() => backends.stop())

interface Got {
  readonly text: string
  readonly names: string
}

/** What a client gets that asks for a name by TLS, and of which certificate; empty where it is refused. */
function ask(
  serverName: string,
  text: string,
  options: { readonly cert?: string; readonly key?: string } = {},
): Promise<Got> {
  return new Promise((resolve) => {
    const socket = connect({
      port: TLS_BIND,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...(serverName && { servername: serverName }),
      ...options,
    })
    const got = { text: '', names: '' }
    socket.on('secureConnect', () => {
      got.names = socket.getPeerCertificate().subjectaltname ?? ''
      socket.write(text)
    })
    socket.on('data', (data) => {
      got.text += data
    })
    socket.setTimeout(3000, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(got))
  })
}
const get = (host: string) => `GET /x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
const tlsPort = (listeners: SitePort['listeners'], more: Partial<SitePort> = {}): SitePort => ({
  port: 443,
  bind: TLS_BIND,
  kind: 'tls',
  listeners,
  ...more,
})

test('one port tells HTTPS, TLS that goes through, and TLS that ends here apart by the name that is asked for', async () => {
  const through = createTls({ cert: server.chain, key: server.key }, (socket) => socket.end('through'))
  through.listen(0, '127.0.0.1')
  await once(through, 'listening')
  const plain = createTcp('inside')
  await once(plain, 'listening')
  const tcp: Partial<Backend> = { protocol: 'tcp' }
  const proxy = await ProxyUnderTest.start(
    tableOf(
      [
        tlsPort([
          listener('shop.test', 'HTTPS', [entry('shop.test', 'one')], ended('own')),
          listener('*.through.test', 'TLS', [entry('*.through.test', 'through')], { mode: 'Passthrough' }),
          listener('', 'TLS', [entry('ended.test', 'plain')], ended('other')),
        ]),
      ],
      [plainBackend('one'), plainBackend('through', tcp), plainBackend('plain', tcp)],
      { certificates: { own, other } },
    ),
    new Map([...backends.ports, ['through', portOf(through)], ['plain', portOf(plain)]]),
  )
  try {
    const https = await ask('shop.test', get('shop.test'))
    assert.match(https.text, /^HTTP\/1.1 200 /)
    assert.match(https.text, /"X-Forwarded-For","127\.0\.0\.1"|"x-forwarded-for","127\.0\.0\.1"/)
    assert.match(https.names, /DNS:shop.test/)
    const passed = await ask('a.b.through.test', '')
    assert.equal(passed.text, 'through')
    assert.match(passed.names, /DNS:inside.test/)
    assert.equal((await ask('A.Through.TEST', '')).text, 'through', 'in any case')
    const longest = `${'a.'.repeat(120)}through.test`
    assert.equal((await ask(`a${longest}`, '')).text, 'through', 'of 253 octets')
    assert.equal((await ask(`aa${longest}`, '')).text, '', 'no name is longer')
    const stopped = await ask('ended.test', 'hello')
    assert.equal(stopped.text, 'inside')
    assert.match(stopped.names, /DNS:other.test/)
    assert.equal((await ask('unknown.test', 'hello')).text, '', 'a listener without a route for the name')
  } finally {
    await proxy.stop()
    through.close()
    plain.close()
  }
})

test('names with a star of many labels are shown the certificate that has them, unknown ones none, or the one for all', async () => {
  const deep = listener('*.deep.test', 'HTTPS', [entry('*.deep.test', 'one')], ended('own'))
  const start = (listeners: SitePort['listeners']) =>
    ProxyUnderTest.start(
      tableOf([tlsPort(listeners)], [plainBackend('one')], { certificates: { own, other } }),
      backends.ports,
    )
  let proxy = await start([deep])
  try {
    assert.match((await ask('a.deep.test', get('a.deep.test'))).text, / 200 /)
    assert.match((await ask('a.b.deep.test', get('a.b.deep.test'))).text, / 200 /)
    assert.match((await ask('A.Deep.TEST', get('c.deep.test'))).text, / 200 /)
    assert.deepEqual(await ask('unknown.test', get('unknown.test')), { text: '', names: '' })
    assert.deepEqual(await ask('', get('a.deep.test')), { text: '', names: '' })
  } finally {
    await proxy.stop()
  }
  proxy = await start([deep, listener('', 'HTTPS', [entry('', 'one')], ended('other'))])
  try {
    for (const name of ['unknown.test', '']) {
      const got = await ask(name, get('unknown.test'))
      assert.match(got.text, / 200 /)
      assert.match(got.names, /DNS:other.test/)
    }
    assert.match((await ask('a.deep.test', get('a.deep.test'))).names, /DNS:\*\.deep\.test/)
    assert.match((await ask('a.deep.test', get('unknown.test'))).text, / 421 /)
  } finally {
    await proxy.stop()
  }
})

test('a certificate that has another listener’s name in it, too, is not shown for it', async () => {
  const greedy = testCertificate(['greedy.test', 'shop.test', '*.deep.test', 'x.b.deep.test'])
  const all = ['', '*.greedy.test'].map((name) => listener(name, 'HTTPS', [entry(name, 'one')], ended('greedy')))
  for (const greedyFirst of [true, false]) {
    const others = ['shop.test', '*.deep.test'].map((name) => listener(name, 'HTTPS', [], ended('own')))
    const proxy = await ProxyUnderTest.start(
      tableOf([tlsPort(greedyFirst ? [...all, ...others] : [...others, ...all])], [plainBackend('one')], {
        certificates: { own, greedy },
      }),
      backends.ports,
    )
    try {
      for (const name of ['shop.test', 'a.deep.test', 'x.b.deep.test'])
        assert.match((await ask(name, get(name))).names, /\*\.deep\.test, DNS:\*\.b\.deep/, name)
      for (const name of ['greedy.test', 'a.greedy.test', 'unknown.test', ''])
        assert.match((await ask(name, get(name))).names, /greedy\.test/, name)
    } finally {
      await proxy.stop()
    }
  }
})

test('a port that wants certificates of clients takes those that an authority of it has signed', async () => {
  const clients = (mode: 'AllowValidOnly' | 'AllowInsecureFallback') => ({
    clients: { mode, authorities: ['clients'] },
  })
  const all = [listener('shop.test', 'HTTPS', [entry('shop.test', 'one')], ended('own'))]
  for (const mode of ['AllowValidOnly', 'AllowInsecureFallback'] as const) {
    const proxy = await ProxyUnderTest.start(
      tableOf([tlsPort(all, clients(mode))], [plainBackend('one')], {
        certificates: { own },
        authorities: { clients: client.chain },
      }),
      backends.ports,
    )
    try {
      const status = async (options = {}) => (await ask('shop.test', get('shop.test'), options)).text.slice(9, 12)
      assert.equal(await status({ cert: client.chain, key: client.key }), '200')
      const others = mode === 'AllowValidOnly' ? '' : '200'
      assert.equal(await status(), others)
      assert.equal(await status({ cert: stranger.chain, key: stranger.key }), others)
    } finally {
      await proxy.stop()
    }
  }
})

test('a backend that is spoken to by TLS must show its name, by an authority of it', async () => {
  const seen: string[] = []
  const inside = createHttps(
    { cert: server.chain, key: server.key, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as import('node:tls').TLSSocket
      seen.push(`${socket.servername} ${socket.getPeerCertificate().subjectaltname ?? ''}`)
      response.end('ok')
    },
  )
  inside.listen(0, '127.0.0.1')
  await once(inside, 'listening')
  const ways: { readonly [key: string]: BackendTls } = {
    good: { hostname: 'inside.test', authorities: ['inside'] },
    shown: { hostname: 'inside.test', authorities: ['inside'], clientCertificate: 'client' },
    wrong: { hostname: 'elsewhere.test', authorities: ['inside'] },
    stranger: { hostname: 'inside.test', authorities: ['stranger'] },
    system: { hostname: 'inside.test', authorities: ['system'] },
    unchecked: { authorities: [] },
  }
  const keys = Object.keys(ways)
  const proxy = await ProxyUnderTest.start(
    tableOf(
      [
        {
          port: 80,
          bind: HTTP_BIND,
          kind: 'http',
          listeners: [
            listener(
              '',
              'HTTP',
              keys.map((key) => entry(`${key}.test`, key)),
            ),
          ],
        },
      ],
      keys.map((key) => plainBackend(key, { tls: ways[key] as BackendTls })),
      { certificates: { client }, authorities: { inside: server.chain, stranger: stranger.chain } },
    ),
    new Map(keys.map((key) => [key, portOf(inside)])),
  )
  try {
    const got: { [key: string]: number } = {}
    for (const key of keys) got[key] = (await rawRequest(HTTP_BIND, get(`${key}.test`))).status
    assert.deepEqual(got, {
      good: 200,
      shown: 200,
      wrong: 503,
      stranger: 503,
      system: 503,
      unchecked: 200,
    })
    assert.deepEqual(seen, ['inside.test ', 'inside.test DNS:client.test', 'false '])
  } finally {
    await proxy.stop()
    inside.close()
  }
})

test('clients and backends of HTTP/2 are spoken to as such, trailers pass, hosts are rewritten, and copies have bodies of no stated length', async () => {
  const inside = createSecureServer({ cert: server.chain, key: server.key })
  const paths: unknown[] = []
  inside.on('stream', (stream, headers) => {
    paths.push([headers[':authority'] ?? headers.host, headers[':path']].join(''))
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '7' }))
    stream.end('payload')
  })
  inside.listen(0, '127.0.0.1')
  await once(inside, 'listening')
  const copy = { type: 'mirror', backend: 'one', numerator: 1, denominator: 1 } as const
  const filters = [copy, { type: 'rewrite', hostname: 'inside.test' } as const]
  const proxy = await ProxyUnderTest.start(
    tableOf(
      [tlsPort([listener('shop.test', 'HTTPS', [entry('shop.test', 'grpc', { filters })], ended('own'))])],
      [plainBackend('one'), plainBackend('grpc', { protocol: 'h2c', tls: { authorities: [] } })],
      { certificates: { own } },
    ),
    new Map([...backends.ports, ['grpc', portOf(inside)]]),
  )
  try {
    const session = connectHttp2(`https://127.0.0.1:${TLS_BIND}`, {
      rejectUnauthorized: false,
      servername: 'shop.test',
    })
    const stream = session.request({ ':path': '/x/../y', ':authority': 'shop.test', ':method': 'POST', te: 'trailers' })
    let trailers: unknown
    stream.on('trailers', (found) => {
      trailers = found['grpc-status']
    })
    backends.heard.length = 0
    stream.end('question')
    let body = ''
    for await (const data of stream) body += data
    const read = session.request({ ':path': '/read', ':authority': 'shop.test' })
    for await (const data of read) body += data
    session.close()
    assert.equal(body, 'payloadpayload')
    assert.equal(trailers, '7')
    assert.deepEqual(paths, ['inside.test/y', 'inside.test/read'])
    for (let tries = 0; tries < 200 && backends.heard.length < 2; tries++) await sleep(10)
    assert.deepEqual(backends.heard.map(({ method, target, body }) => [method, target, body].join(' ')).sort(), [
      'GET /read ',
      'POST /y question',
    ])
  } finally {
    await proxy.stop()
    inside.close()
  }
})

const portOf = (one: { address(): unknown }) => (one.address() as AddressInfo).port

function createTcp(word: string) {
  return createTcpServer((socket) => socket.once('data', () => socket.end(word))).listen(0, '127.0.0.1')
}
