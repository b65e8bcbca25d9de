import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { headerOf } from '#routes/table/request-values.ts'
import { type Echo, EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { HTTP_BIND, KEYS } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

test('a backend that takes longer than a rule lets it is given up', async () => {
  const slow = createServer((_, response) => void setTimeout(() => response.end('late'), 1000)).listen(0, '127.0.0.1')
  await once(slow, 'listening')
  const entries = [
    entry('request.test', 'slow', { requestTimeoutMs: 200 }),
    entry('backend.test', 'slow', { requestTimeoutMs: 5000, backendTimeoutMs: 200 }),
    entry('long.test', 'slow', { requestTimeoutMs: 5000 }),
  ]
  await withProxy(
    backends,
    entries,
    async () => {
      const got: number[] = []
      for (const { hostname } of entries) got.push((await send(request(hostname))).status)
      assert.deepEqual(got, [504, 504, 200])
    },
    new Map([['slow', (slow.address() as AddressInfo).port]]),
  )
  slow.close()
})

const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, stop: () => server.close().closeAllConnections() }
}
const timed = async (work: () => Promise<{ readonly status: number }>) => {
  const began = performance.now()
  const { status } = await work()
  return { status, ms: performance.now() - began }
}

test('the time of a whole request ends it also where no endpoint takes it, and while it is tried again', async () => {
  let asked = 0
  const failing = await serve((_, response) => {
    asked++
    setTimeout(() => response.writeHead(503).end(), 150)
  })
  // Nobody listens there any more.
  const gone = await serve(() => {})
  gone.stop()
  const retry = { codes: [503], attempts: 20 }
  const entries = [
    entry('gone.test', 'gone', { requestTimeoutMs: 400 }),
    entry('failing.test', 'failing', { requestTimeoutMs: 500 }),
    entry('patient.test', 'failing', { requestTimeoutMs: 60_000 }),
  ]
  const more = new Map([
    ['gone', gone.port],
    ['failing', failing.port],
  ])
  await withProxy(
    backends,
    entries,
    async () => {
      for (const host of ['gone.test', 'failing.test']) {
        const { status, ms } = await timed(() => send(request(host)))
        assert.equal(status, 504, host)
        assert.ok(ms > 300 && ms < 1500, `${host}: ${ms} ms`)
      }
      assert.ok(asked > 1 && asked < 6, `${asked} tries`)
      assert.equal((await send(request('patient.test'))).status, 503)
    },
    more,
    [],
    { failing: { retry } },
  )
  failing.stop()
})

test('a request with a time is the same request to the backend, and its answer the same to the client', async () => {
  const persistence = { type: 'Cookie', name: 'who', lifetime: 'Session' } as const
  const rule = { requestTimeoutMs: 5000, persistence }
  await withProxy(backends, [entry('', 'one', rule)], async () => {
    backends.heard.length = 0
    const own = ['X-Fairlead-Slot: http-9', 'X-Fairlead-Method: DELETE', 'Content-Length: 4']
    const answer = await send(request('a.test', own, 'body', 'PUT', '/x?q=1'))
    assert.equal(answer.status, 200)
    const [heard] = backends.heard as [Echo]
    assert.deepEqual([heard.method, heard.target, heard.body], ['PUT', '/x?q=1', 'body'])
    assert.equal(headerOf(heard.headers, 'x-forwarded-for'), '127.0.0.1')
    assert.deepEqual(
      heard.headers.filter(([name]) => /^x-fairlead-/i.test(name)),
      [],
    )
    assert.equal(headerOf(answer.headers, 'x-fairlead-served'), undefined)
    // The server's name, which is the endpoint's, and not that of the proxy's own.
    assert.match(headerOf(answer.headers, 'set-cookie') ?? '', /^who=[0-9a-f]+\.e[0-9a-f]+;/)
  })
})

test('a connection becomes a WebSocket also where the request has a time', async () => {
  const server = createServer()
  server.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    )
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const more = new Map([['ws', (server.address() as AddressInfo).port]])
  await withProxy(
    backends,
    [entry('', 'ws', { requestTimeoutMs: 300 })],
    async () => {
      const head = 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
      const socket = connect(HTTP_BIND, '127.0.0.1')
      socket.write(`GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n${head}\r\n\r\n`)
      const [first] = await once(socket, 'data')
      assert.match(String(first), /^HTTP\/1.1 101 /)
      await new Promise((resolve) => setTimeout(resolve, 600))
      socket.write('late')
      const [second] = await once(socket, 'data')
      assert.equal(String(second), 'late')
      socket.destroy()
    },
    more,
  )
  server.close()
  server.closeAllConnections()
})
