import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { AskedRequest } from '#explain/trace/request/request.ts'
import { sendRequest } from '#facts/live/send-request.ts'

const HERE = '/proc/self/ns/net'
const asked: AskedRequest = {
  method: 'PUT',
  scheme: 'http',
  authority: 'shop.test',
  port: 80,
  target: '/cart?x=1',
  headers: [
    { name: 'X-A', value: '1' },
    { name: 'x-a', value: '2' },
  ],
}

test('a request is sent as it was asked, and gives the status and where it is sent on to', async () => {
  const seen: unknown[] = []
  const server = createServer(({ method, url, headers }, response) => {
    seen.push([method, url, headers.host, headers['x-a']])
    response.writeHead(308, { location: 'https://shop.test/' }).end()
  }).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const answer = await sendRequest(HERE, { address: '127.0.0.1', port }, asked)
    assert.deepEqual(answer, { status: 308, location: 'https://shop.test/' })
    assert.deepEqual(seen, [['PUT', '/cart?x=1', 'shop.test', '1, 2']])
    const secure = await sendRequest(HERE, { address: '127.0.0.1', port }, { ...asked, scheme: 'https' })
    assert.ok('failure' in secure, 'who speaks TLS to it gets no answer')
  } finally {
    server.close()
  }
})

test('where nobody answers, that is told and not thrown', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const answer = await sendRequest(HERE, { address: '127.0.0.1', port }, asked)
  assert.match(answer.failure ?? '', /ECONNREFUSED/)
})

test('of a short answer the body is told, of a long or an endless one none is waited for', async () => {
  const bodies: Readonly<Record<string, string>> = { '/short': 'bad gateway\n', '/long': 'x'.repeat(100_000) }
  const server = createServer(({ url = '' }, response) => {
    const body = bodies[url]
    response.writeHead(502, { 'content-type': 'text/plain', ...(body && { 'content-length': body.length }) })
    if (body === undefined) response.flushHeaders()
    else response.end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const answerTo = (target: string, method = 'GET') =>
      sendRequest(HERE, { address: '127.0.0.1', port }, { ...asked, target, method })
    const head = { status: 502, contentType: 'text/plain', length: 12 }
    assert.deepEqual(await answerTo('/short'), { ...head, body: 'bad gateway\n' })
    assert.deepEqual(await answerTo('/short', 'HEAD'), head)
    assert.deepEqual(await answerTo('/long'), { ...head, length: 100_000 })
    assert.deepEqual(await answerTo('/endless'), { status: 502, contentType: 'text/plain' })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
