import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { badRequest } from '../../errors.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import { sendError } from './refuse.ts'

test('what fails while a refusal is written is answered with a whole 500, and reported', async () => {
  const faults: unknown[] = []
  const server = createServer((request, response) => {
    // Of no answer that this server makes; a defect will have its own.
    const warnings = [null as never]
    void sendError({ request, response, warnings }, {} as Machinery, badRequest('no'), (error) => faults.push(error))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const [response] = (await once(get({ port: (server.address() as AddressInfo).port }), 'response')) as [
      IncomingMessage,
    ]
    let text = ''
    for await (const chunk of response) text += chunk
    assert.equal(response.statusCode, 500)
    assert.deepEqual([JSON.parse(text).code, JSON.parse(text).reason], [500, 'InternalError'])
    assert.equal(response.headers['content-type'], 'application/json')
    assert.ok(faults[0] instanceof TypeError)
  } finally {
    server.close()
  }
})
