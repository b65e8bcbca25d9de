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
  assert.match('failure' in answer ? answer.failure : '', /ECONNREFUSED/)
})
