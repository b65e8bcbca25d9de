import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Filter } from '#routes/table/entry.ts'
import { headerOf } from '#routes/table/request-values.ts'
import { type Echo, EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { rawRequest } from './raw-request.ts'
import { request, send, withProxy } from './rules/with-proxy.ts'
import { entry, tableOf } from './small-table.ts'
import { HTTP_BIND, KEYS } from './tables.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

test('nobody gets past the rules by another protocol that the backend is asked to speak', async () => {
  await withProxy(backends, [entry('', 'one')], async () => {
    const told = async (upgrade: string) => {
      const { body } = await send(
        request('a.test', [`Upgrade: ${upgrade}`]).replace('Connection: close', 'Connection: Upgrade, close'),
      )
      return headerOf((JSON.parse(body) as Echo).headers, 'upgrade') ?? null
    }
    assert.deepEqual([await told('h2c'), await told('foo, H2C')], [null, null])
  })
})

test('what clients say of themselves is dropped, but of those who are trusted', async () => {
  const forged = [
    'X-Forwarded-For: 6.6.6.6',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: evil',
    'X-Forwarded-Prefix: /a',
    'Forwarded: for=6.6.6.6',
    'X-Real-IP: 6.6.6.6',
    'X_Forwarded_For: 6.6.6.6',
    'X-Forwarded_For: 6.6.6.6',
    'X_Real-IP: 6.6.6.6',
    'X-Forwarded: for=6.6.6.6',
  ]
  const told = async () => {
    const { headers } = JSON.parse((await send(request('a.test', forged))).body) as Echo
    return [
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-forwarded-prefix',
      'forwarded',
      'x-real-ip',
      'x_forwarded_for',
      'x-forwarded_for',
      'x_real-ip',
      'x-forwarded',
    ].map((name) => headerOf(headers, name) ?? null)
  }
  await withProxy(backends, [entry('', 'one')], async () => {
    assert.deepEqual(await told(), ['127.0.0.1', 'http', 'a.test', '80', ...Array(7).fill(null)])
  })
  await withProxy(
    backends,
    [entry('', 'one')],
    async () => assert.deepEqual(await told(), ['127.0.0.1', 'http', 'a.test', '80', ...Array(7).fill(null)]),
    undefined,
    ['10.0.0.0/8'],
  )
  const trusted = ['10.0.0.0/8', '127.0.0.0/8']
  await withProxy(
    backends,
    [entry('', 'one')],
    async () =>
      assert.deepEqual(await told(), [
        ...['6.6.6.6,127.0.0.1', 'https', 'evil', '80', '/a', 'for=6.6.6.6'],
        ...['6.6.6.6', '6.6.6.6', '6.6.6.6', '6.6.6.6', 'for=6.6.6.6'],
      ]),
    backends.ports,
    trusted,
  )
})

test('no client has headers dropped behind us by naming them, or speaks for a part of the gateway', async () => {
  const told = async (...lines: readonly string[]) => {
    const asked = request('a.test', lines.slice(1)).replace('Connection: close', lines[0]!)
    const { headers } = JSON.parse((await send(asked)).body) as Echo
    return ['connection', 'x-forwarded-for', 'x-fairlead-slot', 'x_fairlead_slot'].map(
      (name) => headerOf(headers, name) ?? null,
    )
  }
  for (const trusted of [[], ['127.0.0.0/8']])
    await withProxy(
      backends,
      [entry('', 'one')],
      async () => {
        for (const said of ['X-Forwarded-For, close', 'close, x-forwarded-for', 'close\r\nConnection: authorization'])
          assert.deepEqual(await told(`Connection: ${said}`), [null, '127.0.0.1', null, null], said)
        assert.deepEqual(await told('Connection: TE, x-other, close', 'TE: trailers'), ['TE', '127.0.0.1', null, null])
        const forged = await told('Connection: close', 'X-Fairlead-Slot: http-2', 'X_Fairlead_Slot: http-2')
        assert.deepEqual(forged, [null, '127.0.0.1', null, null])
      },
      undefined,
      trusted,
    )
})

test('a request that comes round and round is ended', async () => {
  const asked = (turns: string) => send(request('a.test', ['X-Forwarded-For: 1.2.3.4', `X-Forwarded-Turns: ${turns}`]))
  for (const trusted of [[], ['127.0.0.0/8']])
    await withProxy(
      backends,
      [entry('', 'one')],
      async () => {
        for (const [said, told] of [
          ['9', '10'],
          ['no number', '1'],
          ['-100', '1'],
        ] as const) {
          const { headers } = JSON.parse((await asked(said)).body) as Echo
          assert.equal(headerOf(headers, 'x-forwarded-turns'), told, said)
        }
        assert.equal((await asked('10')).status, 508)
      },
      undefined,
      trusted,
    )
})

test('a gateway that is its own backend ends what comes round', async () => {
  const to = new Map([['itself', HTTP_BIND]])
  await withProxy(
    backends,
    [entry('', 'itself')],
    async () => assert.equal((await send(request('a.test'))).status, 508),
    to,
  )
})

test('a rule that takes away by what a request that comes round is known has it counted all the same', async () => {
  const change = { type: 'requestHeaders', set: [], add: [], remove: ['x-forwarded-for'] } as const
  await withProxy(backends, [entry('', 'one', { filters: [change] })], async () => {
    const told = async (...lines: readonly string[]) => {
      const { status, body } = await send(request('a.test', lines))
      return status === 200 ? headerOf((JSON.parse(body) as Echo).headers, 'x-forwarded-turns') : status
    }
    assert.deepEqual(
      [
        await told(),
        await told('X-Forwarded-Turns: 1'),
        await told('X-Forwarded-Turns: 5.5'),
        await told('X-Forwarded-Turns: 10'),
      ],
      ['1', '2', '6', 508],
    )
  })
})

test('rules see the client that trusted proxies speak for, request by request', async () => {
  const entries = [entry('', 'one', { sources: ['8.8.0.0/16', 'fd00::/8'] })]
  const statuses = async (trusted: readonly string[], ...forwarded: readonly string[]) => {
    const got: number[] = []
    const ask = async () => {
      for (const value of forwarded) {
        const { status } = await send(request('a.test', value ? [`X-Forwarded-For: ${value}`] : []))
        got.push(status)
      }
    }
    await withProxy(backends, entries, ask, undefined, trusted)
    return got
  }
  const trusted = ['127.0.0.0/8', '10.0.0.0/8']
  const allowed = ['8.8.1.1', '6.6.6.6, 8.8.1.1', '8.8.1.1, 10.1.1.1, 10.2.2.2', 'fd00::1', '8.8.1.1,10.1.1.1']
  const refused = ['', '6.6.6.6', '8.8.1.1, 6.6.6.6', '8.8.1.1, nobody', '8.8.1.1, 6.6.6.6, 10.1.1.1', '10.1.1.1']
  assert.deepEqual(await statuses(trusted, ...allowed), [200, 200, 200, 200, 200])
  assert.deepEqual(await statuses(trusted, ...refused), [403, 403, 403, 403, 403, 403])
  assert.deepEqual(await statuses([], '8.8.1.1'), [403])
  // What one request says is not true of the next one of its connection.
  await withProxy(
    backends,
    entries,
    async () => {
      const first = 'GET /x HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 8.8.1.1\r\n\r\n'
      const both = await send(first + request('a.test'))
      assert.equal(both.status, 200)
      assert.match(both.body, /HTTP\/1\.1 403 /)
    },
    undefined,
    trusted,
  )
})

test('requests that two servers might read in two ways are refused, or read in one', async () => {
  await withProxy(backends, [entry('', 'one')], async () => {
    const status = async (text: string) => (await send(text)).status
    const chunked = '5\r\nhello\r\n0\r\n\r\n'
    assert.equal(await status(request('a.test', ['Content-Length: 5', 'Content-Length: 6'], 'hello!')), 400)
    assert.equal(await status(request('a.test', ['Transfer-Encoding: chunked, identity'], chunked)), 400)
    assert.equal(await status(request('a.test', ['Transfer-Encoding : chunked'], chunked)), 400)
    assert.equal(await status(request('a.test', ['Content-Length: +5'], 'hello')), 400)
    assert.equal(await status(request('a.test', ['X-A: b\rc'])), 400)
    assert.equal(await status(request('a.test', ['Host: b.test'])), 400)
    assert.equal(await status(`GET /x HTTP/1.1\r\nConnection: close\r\n\r\n`), 400)
    assert.equal(await status(request('a.test', [], '', 'GET', 'http://b.test/x')), 400)
    assert.equal(await status(request('a.test', [], '', 'OPTIONS', '*')), 400)
    assert.equal(await status(request('a.test:80', [], '', 'CONNECT', 'a.test:80')), 400)
    assert.equal(await status(request('a.test', [], '', 'GET', '/a b')), 400)
    assert.equal(await status(request('a.test', [], '', 'GET', '/a#b')), 400)
    assert.equal(await status('GET /x HTTP/1.0\r\n\r\n'), 200)
    const both = JSON.parse(
      (await send(request('a.test', ['Content-Length: 50', 'Transfer-Encoding: chunked'], chunked, 'POST'))).body,
    )
    assert.equal(both.body, 'hello')
    assert.equal(headerOf(both.headers, 'content-length'), undefined)
    const absolute = JSON.parse((await send(request('a.test', [], '', 'GET', 'http://a.test/x/../y'))).body) as Echo
    assert.match(absolute.target, /^(?:http:\/\/a\.test)?\/y$/)
    assert.ok(!backends.heard.some(({ headers }) => headerOf(headers, 'host') === 'b.test'))
  })
})

test('who has a cookie, or a header, of before is sent to the same backend', async () => {
  const to = ['one', 'two', 'three'].map((backend) => ({ weight: 1, to: { backend }, filters: [] }))
  const action = { type: 'forward' as const, to }
  const entries = [
    entry('cookie.test', '', { action, persistence: { type: 'Cookie', name: 'sid', lifetime: 'Session' } }),
    entry('header.test', '', {
      action,
      persistence: { type: 'Header', name: 'X-Sid', lifetime: 'Session', absoluteTimeoutMs: 60_000 },
    }),
    entry('limit.test', '', {
      action,
      persistence: { type: 'Cookie', name: 'sid', lifetime: 'Permanent', absoluteTimeoutMs: 1000 },
    }),
  ]
  await withProxy(backends, entries, async () => {
    const first = await send(request('cookie.test'))
    const cookie = /^sid=([^;]+); Path=\/; HttpOnly; SameSite=Lax$/.exec(
      headerOf(first.headers, 'set-cookie') ?? '',
    )?.[1]
    assert.ok(cookie, JSON.stringify(first.headers))
    const of = (answer: { body: string }) => (JSON.parse(answer.body) as Echo).backend
    for (let round = 0; round < 8; round++) {
      const next = await send(request('cookie.test', [`Cookie: a=b; sid=${cookie}`]))
      assert.equal(of(next), of(first))
      assert.equal(headerOf(next.headers, 'set-cookie'), undefined)
    }
    const gone = await send(request('cookie.test', [`Cookie: sid=${cookie.replace(/\.e.*/, '.e0123456789abcdef')}`]))
    assert.equal(gone.status, 200)
    assert.ok(headerOf(gone.headers, 'set-cookie'))
    const sid = headerOf((await send(request('header.test'))).headers, 'x-sid')
    const kept = await send(request('header.test', [`X-Sid: ${sid}`]))
    assert.equal(headerOf(kept.headers, 'x-sid'), sid)
    const permanent = headerOf((await send(request('limit.test'))).headers, 'set-cookie') ?? ''
    assert.match(permanent, /; Max-Age=1$/)
    await sleep(2100)
    const late = await send(request('limit.test', [`Cookie: ${permanent.split(';')[0]}`]))
    assert.ok(headerOf(late.headers, 'set-cookie'), 'its time is over')
    const still = await send(request('header.test', [`X-Sid: ${sid}`]))
    assert.equal(headerOf(still.headers, 'x-sid'), sid, 'its time runs from the first answer')
  })
})

test('a body that is larger than a rule lets it be is refused, also one that does not say how large it is', async () => {
  const limit = (octets: number, isWritten = true) => ({ bodyLimit: { octets, isWritten } })
  const entries = [
    entry('small.test', 'one', limit(10)),
    entry('large.test', 'one', limit(100_000)),
    entry('all.test', 'one', limit(10, false)),
    entry('moved.test', '', { ...limit(10), action: { type: 'redirect', status: 302 } }),
  ]
  await withProxy(backends, entries, async () => {
    const post = async (host: string, size: number, isChunked: boolean) => {
      const body = 'x'.repeat(size)
      const text = isChunked ? `${size.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body
      return (
        await send(request(host, [isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${size}`], text, 'POST'))
      ).status
    }
    for (const isChunked of [false, true]) {
      assert.equal(await post('small.test', 10, isChunked), 200)
      assert.equal(await post('small.test', 11, isChunked), 413)
      assert.equal(await post('large.test', 16_000, isChunked), 200)
      assert.equal(await post('large.test', 100_001, isChunked), isChunked ? 411 : 413)
    }
    assert.equal(await post('large.test', 100_000, false), 200)
    // Who gets an answer of ours is not asked for a body.
    assert.equal(await post('moved.test', 11, true), 302)
    // More than a buffer holds: it is not known how much there will be.
    assert.equal(await post('large.test', 90_000, true), 411)
    // The limit that holds for all holds up no stream.
    assert.equal(await post('all.test', 11, false), 413)
    assert.equal(await post('all.test', 90_000, true), 200)
    // However large the headers are, a body that may go on behind the buffer is no whole one.
    const pieces = Array.from({ length: 9 }, () => `2710\r\n${'x'.repeat(10_000)}\r\n`).join('')
    const long = ['Transfer-Encoding: chunked', `X-Long: ${'h'.repeat(12_000)}`]
    assert.equal(
      (await send(request('large.test', long, `${pieces}2710\r\n${'x'.repeat(10_001)}\r\n0\r\n\r\n`, 'POST'))).status,
      411,
    )
  })
})

const KEY = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

test('a connection becomes a WebSocket where the backend says so, with filters or without', async () => {
  const inside = createServer().listen(0, '127.0.0.1')
  const upgraded: Duplex[] = []
  inside.on('upgrade', (_, socket) => {
    upgraded.push(socket)
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    )
    socket.pipe(socket)
  })
  await once(inside, 'listening')
  const filters: Filter[] = [{ type: 'requestHeaders', set: [{ name: 'x-a', value: '1' }], add: [], remove: [] }]
  await withProxy(
    backends,
    [entry('', 'inside'), entry('filtered.test', 'inside', { filters })],
    async () => {
      for (const host of ['plain.test', 'filtered.test']) {
        const socket = connect(HTTP_BIND, '127.0.0.1')
        socket.write(`GET /x HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${KEY}\r\n\r\n`)
        const [head] = (await once(socket, 'data')) as [Buffer]
        assert.match(String(head), /^HTTP\/1.1 101 /)
        socket.write('ping')
        const [echoed] = (await once(socket, 'data')) as [Buffer]
        assert.equal(String(echoed), 'ping')
        socket.destroy()
      }
    },
    new Map([['inside', (inside.address() as AddressInfo).port]]),
  )
  for (const socket of upgraded) socket.destroy()
  inside.close()
})

test('a backend without a weight gets no request, and a rule of any length is read to its end', async () => {
  const to = ['one', 'two', 'three'].map((backend, at) => ({ weight: at % 2, to: { backend }, filters: [] }))
  const ranges = Array.from({ length: 2000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`)
  const entries = [
    entry('weights.test', '', { action: { type: 'forward', to } }),
    entry('long.test', 'one', { sources: [...ranges, '127.0.0.0/8'] }),
    entry('closed.test', 'one', { refused: [...ranges, '127.0.0.0/8'] }),
  ]
  await withProxy(backends, entries, async () => {
    for (let round = 0; round < 8; round++)
      assert.equal((JSON.parse((await send(request('weights.test'))).body) as Echo).backend, 'two')
    assert.equal((await send(request('long.test'))).status, 200)
    assert.equal((await send(request('closed.test'))).status, 403)
  })
})

test('pages may ask of the origins that are listed, a star for any host; what is taken away stays so in answers of ours', async () => {
  const cors = (...origins: readonly string[]): Filter => ({
    type: 'cors',
    ...{ origins, methods: [], allowHeaders: [], exposeHeaders: [], maxAgeSeconds: 5, credentials: false },
  })
  const change = { type: 'responseHeaders', set: [], add: [], remove: [] } as const
  const filters: Filter[] = [
    { ...change, set: [{ name: 'X-A', value: '1' }] },
    { ...change, remove: ['x-a'] },
  ]
  const entries = [
    entry('a.test', 'one', { filters: [cors('https://*', 'http://b.test:80', 'http://*.c.test')] }),
    entry('away.test', '', { filters, action: { type: 'redirect', status: 302 } }),
  ]
  await withProxy(backends, entries, async () => {
    const isAllowed = async (origin: string) =>
      headerOf((await send(request('a.test', [`Origin: ${origin}`]))).headers, 'access-control-allow-origin') === origin
    for (const origin of ['https://any.test', 'https://any.test:443', 'http://b.test', 'http://x.y.c.test'])
      assert.ok(await isAllowed(origin), origin)
    for (const origin of [
      'https://any.test:8443',
      'http://any.test',
      'null',
      'http://a.test/.c.test',
      'http://a.test?.c.test',
    ])
      assert.ok(!(await isAllowed(origin)), origin)
    const { status, headers } = await send(request('away.test'))
    assert.deepEqual([status, headerOf(headers, 'x-a')], [302, undefined])
  })
})

test('a proxy without a port of anybody is ready, and waits', async () => {
  const proxy = await ProxyUnderTest.start(tableOf([], []), new Map())
  try {
    assert.equal((await rawRequest(19101, 'GET /ready HTTP/1.0\r\n\r\n')).status, 200)
  } finally {
    await proxy.stop()
  }
})

test('a rule that the program cannot read is answered with 500, and reaches no backend', async () => {
  const broken = [{ type: 'rewrite', path: { type: 'Regex', pattern: '(', value: '/x' } }] as unknown as Filter[]
  await withProxy(backends, [entry('', 'one', { filters: broken })], async (proxy) => {
    backends.heard.length = 0
    assert.equal((await send(request('a.test'))).status, 500)
    assert.equal(backends.heard.length, 0)
    assert.match(proxy.output, /gateway: /)
  })
})
