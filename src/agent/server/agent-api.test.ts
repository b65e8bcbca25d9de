import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { getJson, getText, kubeletPath } from './agent-api.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-api-'))
const socket = join(folder, 'agents.sock')
const euro = Buffer.from('"€"')
const handlers: Readonly<Record<string, RequestListener>> = {
  '/well': (_, response) => void response.end('{"a":[1]}'),
  '/created': (_, response) => void response.writeHead(201).end('{}'),
  '/unready': (_, response) => void response.writeHead(503).end('node-1, part dns: no\n'),
  '/silent': () => {},
  // A letter in two pieces.
  '/pieces': (_, response) => {
    response.write(euro.subarray(0, 2))
    setImmediate(() => response.end(euro.subarray(2)))
  },
  '/cut': (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"a":')
    setImmediate(() => response.destroy())
  },
}
const server = createServer((request, response) => handlers[request.url ?? '']?.(request, response))

before(async () => {
  server.listen(socket)
  await once(server, 'listening')
})
after(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})

test('getJson() gives what the other side answers, whole', async () => {
  assert.deepEqual(await getJson(socket, '/well', 20_000), { a: [1] })
  assert.equal(await getJson(socket, '/pieces', 20_000), '€')
})

test('getJson() rejects with what the other side says where that is not 200', async () => {
  await assert.rejects(getJson(socket, '/unready', 20_000), { message: '/unready: 503 node-1, part dns: no' })
  await assert.rejects(getJson(socket, '/created', 20_000), { message: '/created: 201 {}' })
})

test('getJson() rejects where nobody answers in time, where the answer is cut off, and where nobody is there', async () => {
  await assert.rejects(getJson(socket, '/silent', 20), {
    message: '/silent: no answer in 20 ms',
    code: 'ETIMEDOUT',
  })
  await assert.rejects(getJson(socket, '/cut', 20_000), { code: 'ECONNRESET' })
  await assert.rejects(getJson(join(folder, 'none.sock'), '/well', 20_000), { code: 'ENOENT' })
  const signal = AbortSignal.abort()
  await assert.rejects(getJson(socket, '/well', 20_000, signal), { name: 'AbortError' })
})

test('getText() gives an answer as it is, and rejects as getJson() does', async () => {
  assert.equal(await getText(socket, '/well', 20_000), '{"a":[1]}')
  await assert.rejects(getText(socket, '/unready', 20_000), { message: '/unready: 503 node-1, part dns: no' })
})

test('a node’s kubelet is found by the node’s name, whatever letters it has', () => {
  assert.equal(kubeletPath('node-1'), '/nodes/node-1')
  assert.equal(kubeletPath('a/b'), '/nodes/a%2Fb')
})
