import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, test } from 'node:test'
import { systemClock } from '#clock/clock.ts'
import { loopbackDialer } from '../testing/fake-network.ts'
import { FakeRuntime } from '../testing/fake-runtime.ts'
import { type ProbeOutcome, runProbe } from './probe.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})
const listen = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

interface Call {
  readonly path: string
  readonly headers: readonly (string | undefined)[]
  readonly body: string
}

/** A server of HTTP/2 that answers each call so. */
const grpcServer = async (
  answer: (stream: ServerHttp2Stream) => void,
): Promise<{ readonly port: number; readonly calls: readonly Call[] }> => {
  const calls: Call[] = []
  const server = createHttp2Server()
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => undefined)
    stream.on('end', () => {
      const names = [':method', 'content-type', 'te', 'user-agent', 'grpc-timeout'] as const
      const told = names.map((name) => headers[name] as string | undefined)
      calls.push({ path: headers[':path'] ?? '', headers: told, body: Buffer.concat(chunks).toString('hex') })
      answer(stream)
    })
  })
  return { port: await listen(server), calls }
}
/** By its parts: the trailers of gRPC come after the message. */
const answering =
  (message: string, trailers: Readonly<Record<string, string>>) =>
  (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    stream.end(Buffer.from(message, 'hex'))
  }
const health = (status: string) => answering(status, { 'grpc-status': '0' })
/** And without one, all is in the head. */
const ending = (head: Readonly<Record<string, string | number>>) => (stream: ServerHttp2Stream) =>
  stream.respond(head, { endStream: true })

const ask = (port: number, service?: string, timeoutSeconds = 5): Promise<ProbeOutcome> =>
  runProbe(
    { grpc: { port, ...(service !== undefined && { service }) }, timeoutSeconds },
    { container: { name: 'c', image: 'fairlead/echo' }, id: 'c-1', podIP: '10.244.1.5' },
    { dialer: loopbackDialer, runtime: new FakeRuntime(systemClock), clock: systemClock },
  )
const failure = async (port: number): Promise<string> => {
  const outcome = await ask(port)
  assert.equal(outcome.success, false)
  return outcome.message
}

test('a gRPC probe asks the health service in plain HTTP/2, and is through where it answers SERVING', async () => {
  const { port, calls } = await grpcServer(health('00000000020801'))
  assert.deepEqual(await ask(port), { success: true })
  const long = 'x'.repeat(200)
  assert.deepEqual(await ask(port, long, 2), { success: true })
  assert.deepEqual(calls, [
    {
      path: '/grpc.health.v1.Health/Check',
      headers: ['POST', 'application/grpc', 'trailers', 'kube-probe/1.36', '5000m'],
      body: '0000000000',
    },
    {
      path: '/grpc.health.v1.Health/Check',
      headers: ['POST', 'application/grpc', 'trailers', 'kube-probe/1.36', '2000m'],
      // 203 octets: field 1, its length 200 in two octets, the name.
      body: `00000000cb0ac801${Buffer.from(long).toString('hex')}`,
    },
  ])
})

test('any other health is a failure that names it, also one that comes with fields of tomorrow', async () => {
  for (const [octets, name] of [
    ['0000000000', 'UNKNOWN'],
    ['00000000020802', 'NOT_SERVING'],
    ['00000000020803', 'SERVICE_UNKNOWN'],
    ['00000000020809', '9'],
    ['0000000006080212026869', 'NOT_SERVING'],
  ] as const) {
    const { port } = await grpcServer(health(octets))
    assert.equal(await failure(port), `service unhealthy (responded with "${name}")`)
  }
})

test('how the call ended is told in Kubernetes’ words: not implemented, not found, too late', async () => {
  const said = { ':status': 200, 'content-type': 'application/grpc' }
  for (const [head, words] of [
    [
      { ...said, 'grpc-status': '12', 'grpc-message': 'unknown service grpc.health.v1.Health' },
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health',
    ],
    [
      { ...said, 'grpc-status': '5', 'grpc-message': 'unbekannt%3A %C3%BC' },
      'error: health rpc probe failed: rpc error: code = NotFound desc = unbekannt: ü',
    ],
    [{ ...said, 'grpc-status': '4' }, 'timeout: health rpc did not complete within 5s'],
    [
      { ...said, 'grpc-status': '99', 'grpc-message': '%zz' },
      'error: health rpc probe failed: rpc error: code = Unknown desc = %zz',
    ],
  ] as const) {
    const { port } = await grpcServer(ending(head))
    assert.equal(await failure(port), words)
  }
})

test('what speaks HTTP/2 and no gRPC is a failure, whatever it answers', async () => {
  for (const [answer, words] of [
    [ending({ ':status': 404 }), /does not implement the grpc health protocol .*status code .*: 404 \(Not Found\)/],
    [
      ending({ ':status': 503 }),
      /code = Unavailable desc = unexpected HTTP status code .*: 503 \(Service Unavailable\)/,
    ],
    [ending({ ':status': 200, 'content-type': 'text/html' }), /code = Unknown desc = .* content-type "text\/html"$/],
    [
      ending({ ':status': 200, 'content-type': 'application/grpc' }),
      /code = Internal desc = .* without sending trailers$/,
    ],
    [health(''), /code = Internal desc = .* without sending a message$/],
    [health('0000000010'), /code = Internal desc = .*EOF$/],
    [health('0000000002ffff'), /code = Internal desc = grpc: failed to unmarshal/],
    [health('0100000000'), /^error: this server does not implement .*compressed/],
    [health('00'.repeat(100_000)), /code = ResourceExhausted/],
    [(stream: ServerHttp2Stream) => stream.session?.destroy(), /^error: health rpc probe failed: rpc error: code = /],
  ] as const) {
    const { port } = await grpcServer(answer)
    assert.match(await failure(port), words)
  }
})

test('who does not answer in time, does not speak HTTP/2, or is not there, is a failure', async () => {
  const { port } = await grpcServer(() => undefined)
  const silent = await listen(createServer())
  const words = await listen(createServer((socket) => socket.end('220 mail ready\r\n')))
  const plain = await listen(createHttpServer((_, response) => response.end()))
  const gone = createServer()
  const closed = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
  const late = (outcome: ProbeOutcome) => (outcome.success ? '' : outcome.message)
  const [first, second] = await Promise.all([ask(port, undefined, 1), ask(silent, undefined, 1)])
  assert.equal(late(first), 'timeout: health rpc did not complete within 1s')
  assert.match(
    late(second),
    /^timeout: failed to connect service "10\.244\.1\.5:\d+" within 1s: context deadline exceeded$/,
  )
  for (const other of [words, plain]) assert.match(await failure(other), /^error: failed to connect service at "10\./)
  assert.match(
    await failure(closed),
    /^error: failed to connect service at "10\.244\.1\.5:\d+": dial tcp .*: connect: connection refused$/,
  )
})
