import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { writeParts } from './chunks.ts'

const A = Buffer.from('{"a":1}\n')
const B = Buffer.from('{"bb":22}\n')

/** What a client reads that sends this text, where each answer is streamed in two writes, the second of two parts. */
const answered = async (sent: string): Promise<string> => {
  const stream = (response: ServerResponse): void => {
    response.setHeader('Date', '')
    response.flushHeaders()
    writeParts(response, [A], A.length)
    writeParts(response, [A, B], A.length + B.length)
    response.end()
  }
  // An answer waits for the one before it: then it has no socket yet.
  let first: ServerResponse | undefined
  const server = createServer((request, response) => {
    if (request.url === '/first') first = response
    else stream(response)
    if (request.url !== '/first' && first) setImmediate(() => first!.end('FIRST'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(sent)
  let text = ''
  for await (const piece of socket) text += String(piece)
  server.close()
  return text
}

test('each write is one chunk, whatever it is made of', async () => {
  const text = await answered('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [head, body] = text.split('\r\n\r\n', 1).concat(text.slice(text.indexOf('\r\n\r\n') + 4))
  assert.match(head!, /\r\nTransfer-Encoding: chunked/)
  assert.equal(body, '8\r\n{"a":1}\n\r\n12\r\n{"a":1}\n{"bb":22}\n\r\n0\r\n\r\n')
})

test('a client of HTTP/1.0 is sent no chunks', async () => {
  const text = await answered('GET / HTTP/1.0\r\n\r\n')
  assert.ok(text.endsWith('\r\n\r\n{"a":1}\n{"a":1}\n{"bb":22}\n'), text)
})

test('a stream that was asked for behind another answer comes behind it', async () => {
  const end = 'Host: x\r\nConnection: close\r\n\r\n'
  const text = await answered(`GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n${end}`)
  const [, first, second] = /FIRST(HTTP\/1\.1 200 OK)?([\s\S]*)$/.exec(text)!
  assert.ok(first, text)
  assert.ok(second!.endsWith('8\r\n{"a":1}\n\r\n12\r\n{"a":1}\n{"bb":22}\n\r\n0\r\n\r\n'), text)
})
