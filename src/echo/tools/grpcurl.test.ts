import assert from 'node:assert/strict'
import { createServer } from 'node:http2'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { after, test } from 'node:test'
import { startGatewayEcho } from '../gateway/gateway-echo.ts'
import { frame } from '../grpc/frames.ts'
import { GRPC_ECHO } from '../grpc/services.ts'
import { ownSurroundings } from '../surroundings.ts'
import { tlsFiles } from '../testing/tls-files.ts'
import { grpcurl } from './grpcurl.ts'

const { file, env: told, remove } = await tlsFiles()
const closing: (() => void)[] = []
const own = { GRPC_ECHO_SERVER: '1', POD_NAME: 'web-1', NAMESPACE: 'shop', TLS_CLIENT_CACERTS: file('ca') }
const echo = await startGatewayEcho(
  [],
  { ...ownSurroundings(), say: () => undefined, env: { ...told, ...own } },
  () => undefined,
)
after(() => {
  echo.close()
  for (const close of closing) close()
  remove()
})

const run = async (...args: readonly string[]) => {
  const said = { out: '', err: '' }
  const to = (name: 'out' | 'err') => ({
    write: (text: string | Uint8Array): boolean => {
      said[name] += String(text)
      return true
    },
  })
  return { status: await grpcurl(args, { stdout: to('out'), stderr: to('err') }), ...said }
}
const plain = (): string => `127.0.0.1:${echo.ports.grpc}`
const secure = (host = '127.0.0.1'): string => `${host}:${echo.ports.grpcs}`
const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a call is answered with who answers and all that has arrived, under the method that was called', async () => {
  for (const method of [`${GRPC_ECHO}/Echo`, `${GRPC_ECHO}.EchoTwo`]) {
    const { status, out } = await run(
      '-plaintext',
      '-authority',
      'a.test',
      '-H',
      'X-A: b',
      '-H',
      'x-a:c',
      plain(),
      method,
    )
    assert.equal(status, 0)
    const { assertions } = JSON.parse(out)
    assert.equal(assertions.fullyQualifiedMethod, `/${GRPC_ECHO}/${method.slice(GRPC_ECHO.length + 1)}`)
    assert.equal(assertions.authority, 'a.test')
    assert.deepEqual(assertions.context, { namespace: 'shop', pod: 'web-1' })
    assert.equal(assertions.tlsAssertions, undefined)
    const headers = assertions.headers.map(({ key, value }: { key: string; value: string }) => `${key}=${value}`)
    for (const one of [':authority=a.test', 'content-type=application/grpc', 'x-a=b, c'])
      assert.ok(headers.includes(one), one)
    assert.ok(!headers.some((one: string) => /^(te|:path|:method)=/.test(one)))
  }
})

test('over TLS the answer says what was agreed on, and whom the client has shown to be', async () => {
  const echoTwo = `${GRPC_ECHO}/EchoTwo`
  const shown = ['-cacert', file('ca'), '-cert', file('me.crt'), '-key', file('me.key')]
  const { out } = await run(...shown, '-servername', 'web.test', secure('localhost'), echoTwo)
  const { tlsAssertions } = JSON.parse(out).assertions
  assert.deepEqual(
    [tlsAssertions.version, tlsAssertions.serverName, tlsAssertions.negotiatedProtocol],
    ['TLSv1.3', 'web.test', 'h2'],
  )
  assert.equal(tlsAssertions.peerCertificates.length, 1)
  assert.equal((await run('-insecure', secure(), echoTwo)).status, 0)
  const named = await run('-cacert', file('ca'), '-authority', 'web.test', secure(), echoTwo)
  assert.equal(JSON.parse(named.out).assertions.tlsAssertions.serverName, 'web.test')
  const distrusted = await run(secure('localhost'), echoTwo)
  assert.equal(distrusted.status, 1)
  assert.match(distrusted.err, /^Failed to dial target host "localhost:\d+": .*certificate/)
})

test('a method that nobody has is so by the status and the words of gRPC, which are the exit status', async () => {
  const failed = async (method: string) => {
    const { status, err } = await run('-plaintext', plain(), method)
    return [status, err]
  }
  const words = (text: string) => `ERROR:\n  Code: Unimplemented\n  Message: ${text}\n`
  assert.deepEqual(await failed(`${GRPC_ECHO}/EchoThree`), [76, words('method EchoThree not implemented')])
  assert.deepEqual(await failed(`${GRPC_ECHO}/None`), [76, words(`unknown method None for service ${GRPC_ECHO}`)])
  assert.deepEqual(await failed('no.Service/None'), [76, words('unknown service no.Service')])
})

test('the health of a server is asked for with a message', async () => {
  const { status, out } = await run('-plaintext', '-d', '{"service":"x"}', '-v', plain(), 'grpc.health.v1.Health/Check')
  assert.equal(status, 0)
  assert.match(
    out,
    /^Response headers received:\ncontent-type: application\/grpc\n[\s\S]*\{\n {2}"status": 1\n\}\n[\s\S]*grpc-status: 0\n/,
  )
})

test('what answers and is no gRPC, is silent, or ends the connection has a status of gRPC too', async () => {
  const answering = createServer()
  answering.on('stream', (stream, headers) => {
    const path = headers[':path']
    if (path === '/a.B/Missing') stream.respond({ ':status': 404 }, { endStream: true })
    else if (path === '/a.B/Text') stream.respond({ ':status': 200, 'content-type': 'text/html' }, { endStream: true })
    else if (path === '/a.B/Cut') stream.session?.destroy()
    else if (path === '/a.B/Other') {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': 0 }))
      stream.end(frame(Buffer.from([0x0a, 1, 0x61])))
    }
  })
  const at = await listening(answering)
  const failed = async (method: string, ...flags: readonly string[]) =>
    (await run('-plaintext', ...flags, at, method)).status
  assert.equal(await failed('a.B/Missing'), 64 + 12)
  assert.equal(await failed('a.B/Text'), 64 + 2)
  assert.equal(await failed('a.B/Cut'), 64 + 14)
  assert.equal(await failed('a.B/Silent', '-max-time', '0.1'), 64 + 4)
  assert.deepEqual(JSON.parse((await run('-plaintext', at, 'a.B/Other')).out), { 1: 'a' })
})

test('a server that does not answer TLS in time, or is not there, was not dialled', async () => {
  const silent = createTcpServer(() => undefined)
  const at = await listening(silent)
  const late = await run('-connect-timeout', '0.1', at, 'a.B/C')
  assert.deepEqual([late.status, late.err], [1, `Failed to dial target host "${at}": context deadline exceeded\n`])
  assert.equal((await run('-plaintext', '127.0.0.1:1', 'a.B/C')).status, 1)
})

test('words that are none are refused before anybody is called', async () => {
  const refused = async (message: RegExp, ...args: readonly string[]) => {
    const { status, err } = await run(...args)
    assert.deepEqual([status, message.test(err)], [2, true], err)
  }
  await refused(/-proto is unknown .* it knows -plaintext/, '-proto', 'x', 'a:1', 'a.B/C')
  await refused(/say HOST:PORT SERVICE\/METHOD/, 'a:1')
  await refused(/a is no HOST:PORT/, 'a', 'a.B/C')
  await refused(/list is no SERVICE\/METHOD/, 'a:1', 'list')
  await refused(/-H {2}:x: is no "name: value"/, '-H', ' :x', 'a:1', 'a.B/C')
  await refused(/-d: a.B\/C has no field x/, '-d', '{"x":1}', 'a:1', 'a.B/C')
  await refused(/-d \{: is no JSON/, '-d', '{', 'a:1', 'a.B/C')
  await refused(/-max-time soon: is no number/, '-max-time', 'soon', 'a:1', 'a.B/C')
  await refused(/-cert and -key want each other/, '-cert', 'x', 'a:1', 'a.B/C')
  await refused(/-plaintext goes with nothing/, '-plaintext', '-insecure', 'a:1', 'a.B/C')
  await refused(/-cacert: ENOENT/, '-cacert', '/not/there', 'a:1', 'a.B/C')
  await refused(/-d wants a value/, 'a:1', 'a.B/C', '-d')
})
