import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { ApiError } from '../client.ts'
import { type Transport, TransportError } from '../http-client.ts'
import { httpsTransport } from '../https-client.ts'
import { unixTransport } from '../unix-client.ts'
import { type ExecRequest, execInPod } from './exec.ts'

const SUCCESS = { kind: 'Status', status: 'Success' }
const REQUEST: ExecRequest = { namespace: 'sys', pod: 'a', command: ['ask', 'x y'], timeoutMs: 20_000, limit: 1 << 20 }
const said = (channel: number, text: string): Buffer => Buffer.concat([Buffer.of(channel), Buffer.from(text)])
const ends = (socket: WebSocket, status: object): void => {
  socket.send(said(3, JSON.stringify(status)))
  socket.close(1000)
}

interface Scene {
  readonly program?: (socket: WebSocket, request: IncomingMessage) => void
  readonly refusal?: readonly [status: number, body: string]
  readonly protocols?: readonly string[]
}

/** A server of pods/exec; `refusal` is what it answers in the place of a WebSocket. */
const serverOf = (t: TestContext, { program, refusal, protocols = ['v5.channel.k8s.io'] }: Scene): Server => {
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => protocols.find((one) => offered.has(one)) ?? false,
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    if (refusal) {
      const [status, body] = refusal
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
    } else sockets.handleUpgrade(request, socket, head, (opened) => program?.(opened, request))
  })
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  })
  return server
}

const serve = async (t: TestContext, scene: Scene): Promise<Transport> => {
  const folder = mkdtempSync(join(tmpdir(), 'exec-'))
  const path = join(folder, 'api.sock')
  const server = serverOf(t, scene)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => rmSync(folder, { recursive: true }))
  return unixTransport(path)
}

test('a program’s output comes whole and in order, in whatever pieces, with its exit status', async (t) => {
  const asked: (string | undefined)[] = []
  const transport = await serve(t, {
    program(socket, request) {
      asked.push(request.url, request.headers['sec-websocket-protocol'])
      socket.send(said(1, '{"a":'))
      socket.ping('still there?')
      const euro = Buffer.from('"€"}')
      // A letter in two messages, and one message in two fragments.
      socket.send(Buffer.concat([Buffer.of(1), euro.subarray(0, 2)]))
      socket.send(Buffer.of(1), { fin: false })
      socket.send(euro.subarray(2), { fin: true })
      socket.send(said(2, 'a word'))
      socket.send(said(1, 'x'.repeat(70_000)))
      socket.once('pong', () =>
        ends(socket, {
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: '3' }] },
        }),
      )
    },
  })
  const { stdout, stderr, exitCode } = await execInPod(transport, { ...REQUEST, container: 'c' })
  assert.deepEqual([stdout.slice(0, 9), stdout.length, stderr, exitCode], ['{"a":"€"}', 70_009, 'a word', 3])
  assert.deepEqual(asked, [
    '/api/v1/namespaces/sys/pods/a/exec?command=ask&command=x+y&container=c&stdout=true&stderr=true',
    'v5.channel.k8s.io, v4.channel.k8s.io',
  ])
})

test('a server before Kubernetes 1.30 is spoken to in the fourth version; one that knows neither is told of', async (t) => {
  const program = (socket: WebSocket): void => ends(socket, SUCCESS)
  const old = await serve(t, { program, protocols: ['v4.channel.k8s.io'] })
  assert.deepEqual(await execInPod(old, REQUEST), { stdout: '', stderr: '', exitCode: 0 })
  const strange = await serve(t, { program, protocols: ['x'] })
  await assert.rejects(execInPod(strange, REQUEST), { code: 'API_ANSWER_UNREADABLE', message: /took none of/ })
})

test('a refusal is the API server’s own, with its code: before the program, and in its place', async (t) => {
  const status = { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message: 'pods "a" is forbidden' }
  const forbidden = await serve(t, { refusal: [403, JSON.stringify(status)] })
  const isRefusal = (code: number) => (error: unknown) => error instanceof ApiError && error.status.code === code
  await assert.rejects(execInPod(forbidden, REQUEST), isRefusal(403))
  const proxy = await serve(t, { refusal: [502, 'bad gateway'] })
  await assert.rejects(execInPod(proxy, REQUEST), (error: unknown) => isRefusal(502)(error))
  const broken = await serve(t, {
    program: (socket) => ends(socket, { ...status, reason: 'InternalError', code: 500, message: 'no such program' }),
  })
  await assert.rejects(execInPod(broken, REQUEST), isRefusal(500))
})

test('what is too much, too late or cut off is an error of its own, and the connection ends', async (t) => {
  const closed: Promise<unknown>[] = []
  const endless = (socket: WebSocket): void => {
    closed.push(new Promise((resolve) => socket.once('close', resolve)))
    socket.on('error', () => {})
    socket.send(said(1, 'x'.repeat(100)))
  }
  const transport = await serve(t, { program: endless })
  await assert.rejects(execInPod(transport, { ...REQUEST, limit: 99 }), { code: 'EXEC_TOO_MUCH', object: 'sys/a' })
  await assert.rejects(execInPod(transport, { ...REQUEST, timeoutMs: 50 }), { code: 'EXEC_TIMEOUT' })
  const controller = new AbortController()
  const aborted = execInPod(transport, { ...REQUEST, signal: controller.signal })
  setImmediate(() => controller.abort())
  await assert.rejects(aborted)
  await Promise.all(closed)
  const cut = await serve(t, { program: (socket) => socket.terminate() })
  await assert.rejects(execInPod(cut, REQUEST), { code: 'EXEC_CUT_OFF' })
  const nobody = unixTransport('/nowhere/api.sock')
  await assert.rejects(execInPod(nobody, REQUEST), (error) => error instanceof TransportError)
})

test('it goes the way of all other requests: through the proxy, with the token, acting as who is named, below the path', async (t) => {
  const seen: IncomingMessage['headers'][] = []
  const urls: (string | undefined)[] = []
  const server = serverOf(t, {
    program(socket, request) {
      seen.push(request.headers)
      urls.push(request.url?.split('?')[0])
      ends(socket, SUCCESS)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const led: (string | undefined)[] = []
  const proxy = createServer().on('connect', (request, socket, head) => {
    led.push(request.url)
    const onward = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  const transport = httpsTransport({
    server: 'http://api.example/cluster',
    token: () => 'abc',
    headers: { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b'] },
    proxy: new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`),
  })
  t.after(() => transport.close())
  await execInPod(transport, REQUEST)
  assert.deepEqual(led, ['api.example:80'])
  assert.deepEqual(urls, ['/cluster/api/v1/namespaces/sys/pods/a/exec'])
  const [{ authorization, host, ...headers } = {}] = seen
  assert.deepEqual([authorization, host], ['Bearer abc', 'api.example'])
  assert.deepEqual([headers['impersonate-user'], headers['impersonate-group']], ['jane', 'a, b'])
})
