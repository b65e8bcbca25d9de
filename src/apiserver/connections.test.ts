import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect as connectPlain } from 'node:net'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { rawRequest } from './testing/raw-request.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
let port: number
const faults: unknown[] = []
before(async () => {
  server = await startTestServer({ onError: (error) => faults.push(error) })
  port = ((await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo).port
})
after(() => server.close())

const secured = async (options: object = {}) => {
  const { certificate: cert, key } = server.pki.admin
  const socket = connect({ host: '127.0.0.1', port, ca: server.rootCa, servername: 'localhost', cert, key, ...options })
  await once(socket, 'secureConnect')
  return socket
}

test('bounds: a thousand requests that come at once are answered, each in its turn', async () => {
  const socket = await secured()
  const one = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
  socket.write(one('/api/v1/namespaces').repeat(999) + one('/version', 'Connection: close\r\n'))
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 1000)
  assert.match(text, /"gitVersion"[^\n]*$/m)
})

test('who a connection is from is asked once: it is not negotiated anew', async () => {
  const socket = await secured({ maxVersion: 'TLSv1.2' })
  const refused = once(socket, 'error')
  const settled = new Promise((resolve) => socket.renegotiate({}, () => resolve(undefined)))
  assert.match(String(await Promise.race([refused, settled])), /no renegotiation/i)
  socket.destroy()
})

test('a client that waits with its body is told to send it once it is read, and not at all where it is refused', async () => {
  const waiting = (path: string, length: number) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
  const body = JSON.stringify({ metadata: { name: 'waited' } })
  const socket = connectPlain(server.socketPath)
  socket.write(waiting('/api/v1/namespaces', body.length))
  const [first] = await once(socket, 'data')
  assert.equal(String(first), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write(body)
  const [second] = await once(socket, 'data')
  assert.match(String(second), /^HTTP\/1\.1 201 /)
  // The connection is in order for the next.
  socket.end('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(String(await once(socket, 'data')), /^HTTP\/1\.1 200 /)
  for (const [path, length, code] of [
    ['/api/v1/namespaces', 4_000_000, 413],
    ['/api/v1/nowhere', 10, 404],
  ] as const) {
    const { head } = await rawRequest(server.socketPath, Buffer.from(waiting(path, length)))
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${code} `), head)
    assert.match(head, /^Connection: close$/m)
  }
})

test('a protocol that a path cannot speak is passed over, as if it were not offered', async () => {
  for (const protocol of ['h2c', 'foo', 'websocket']) {
    const text = `GET /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`
    const socket = connectPlain(server.socketPath)
    socket.write(text)
    assert.match(String(await once(socket, 'data')), /^HTTP\/1\.1 200 OK/, protocol)
    socket.destroy()
  }
})

test('OPTIONS * is answered to anybody', async () => {
  const socket = await secured({ cert: undefined, key: undefined })
  socket.write('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [head] = await once(socket, 'data')
  assert.match(String(head), /^HTTP\/1\.1 200 OK\r\n/)
  assert.deepEqual(faults, [])
})

test('what is told of the API is read and nothing else, by the methods that each path has in Kubernetes', async () => {
  const code = async (line: string): Promise<number> =>
    (await rawRequest(server.socketPath, Buffer.from(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)))
      .status
  for (const path of ['/version', '/api', '/api/v1', '/apis/apps/v1']) {
    assert.equal(await code(`GET ${path}`), 200, path)
    for (const method of ['HEAD', 'POST', 'OPTIONS'])
      assert.equal(await code(`${method} ${path}`), 405, `${method} ${path}`)
  }
  for (const path of ['/', '/apis', '/apis/apps', '/livez', '/metrics'])
    for (const method of ['HEAD', 'POST', 'OPTIONS'])
      assert.equal(await code(`${method} ${path}`), 200, `${method} ${path}`)
  assert.equal(await code('POST /api/v9'), 404)
})
