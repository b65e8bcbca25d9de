import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { clientError, type Pending } from './client-error.ts'

const fault = (code: string): Error => Object.assign(new Error('broken'), { code })

/** What a connection is told when these faults come, one after the other. */
const told = (codes: readonly string[], pending?: Pending) => {
  const socket = new PassThrough()
  const refuse = clientError(() => pending)
  for (const code of codes) refuse(fault(code), socket)
  const text = String(socket.read() ?? '')
  const { destroyed } = socket
  socket.destroy()
  return { text, destroyed }
}

test('a request that does not come whole in time is 408, one too long 431, any other fault 400, each a Status', () => {
  const cases = [
    ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout', 'Timeout'],
    ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large', 'RequestHeaderFieldsTooLarge'],
    ['HPE_INVALID_METHOD', '400 Bad Request', 'BadRequest'],
  ] as const
  for (const [code, line, reason] of cases) {
    const { text } = told([code])
    assert.ok(text.startsWith(`HTTP/1.1 ${line}\r\n`), text)
    assert.match(text, new RegExp(`"kind":"Status",.*"reason":"${reason}"`))
  }
})

test('the answer is not cut off by the faults that come after it, and is the only one', () => {
  const { text, destroyed } = told(['HPE_INVALID_METHOD', 'HPE_INVALID_METHOD'])
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 400'])
  assert.equal(destroyed, false)
})

test('a connection that was reset is closed without an answer', () => {
  assert.deepEqual(told(['ECONNRESET']), { text: '', destroyed: true })
})

test('where a request was read whole, or its answer has begun, there is no place for another', () => {
  for (const [complete, headersSent, refused] of [
    [false, false, true],
    [true, false, false],
    [false, true, false],
  ] as const) {
    const { text, destroyed } = told(['HPE_INVALID_CHUNK_SIZE'], { request: { complete }, response: { headersSent } })
    assert.equal(text.startsWith('HTTP/1.1 400'), refused, `${complete} ${headersSent}`)
    assert.equal(destroyed, !refused)
  }
})
