import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { serveWebSocket } from './websocket.ts'
import { FrameReader } from './websocket-frames.ts'

const server = createServer().on('upgrade', serveWebSocket)
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
after(() => server.close())

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const head = (fields: Readonly<Record<string, string>> = {}): string => {
  const all = {
    host: 'a',
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': KEY,
    'sec-websocket-version': '13',
    ...fields,
  }
  return `GET /ws HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
}
/** A frame of a client, masked by 1 2 3 4. */
const masked = (first: number, payload: Buffer | string): Buffer => {
  const content = Buffer.from(payload)
  const length =
    content.length < 126 ? [0x80 | content.length] : [0x80 | 126, content.length >> 8, content.length & 0xff]
  return Buffer.concat([
    Buffer.from([first, ...length, 1, 2, 3, 4]),
    content.map((octet, at) => octet ^ ((at % 4) + 1)),
  ])
}
/** All that comes back for those octets, in latin1: the head, and what is behind it. */
const talk = (...pieces: readonly (Buffer | string)[]): Promise<readonly [string, Buffer]> =>
  new Promise((resolve, reject) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true)
    const got: Buffer[] = []
    socket.on('error', reject).on('data', (data) => got.push(data))
    socket.on('end', () => {
      const all = Buffer.concat(got)
      const at = all.indexOf('\r\n\r\n') + 4
      socket.end()
      resolve([all.toString('latin1', 0, at), all.subarray(at)])
    })
    const send = async (): Promise<void> => {
      for (const piece of pieces) {
        socket.write(piece)
        await new Promise((next) => setTimeout(next, 5))
      }
    }
    send().catch(reject)
  })
const CLOSE = masked(0x88, Buffer.from([0x03, 0xe8]))

test('hands are shaken as RFC 6455 has it, and what comes right behind is not lost', async () => {
  const [answer, frames] = await talk(Buffer.concat([Buffer.from(head()), masked(0x81, 'Hello'), CLOSE]))
  assert.match(answer, /^HTTP\/1\.1 101 /)
  assert.match(answer, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/)
  assert.deepEqual([...frames], [0x81, 5, ...Buffer.from('Hello'), 0x88, 2, 0x03, 0xe8])
})

test('a version, a key or a method that is none is refused in words, and a subprotocol that is offered is taken', async () => {
  assert.match(
    (await talk(head({ 'sec-websocket-version': '8' })))[0],
    /^HTTP\/1\.1 426 [\s\S]*sec-websocket-version: 13\r\n/,
  )
  assert.match((await talk(head({ 'sec-websocket-key': 'x' })))[0], /^HTTP\/1\.1 400 /)
  assert.match((await talk(head().replace('GET', 'POST')))[0], /^HTTP\/1\.1 400 /)
  assert.match((await talk(head({ 'sec-websocket-protocol': 'a, b' }), CLOSE))[0], /\r\nSec-WebSocket-Protocol: a\r\n/)
})

test('fragments come back as they came, a ping between them is answered, and long messages are whole', async () => {
  const long = 'x'.repeat(300)
  const sent = [masked(0x01, 'a'), masked(0x89, 'p'), masked(0x8a, ''), masked(0x80, 'b'), masked(0x82, long), CLOSE]
  const octets = Buffer.concat(sent)
  const pieces = Array.from({ length: 5 }, (_, at) => octets.subarray(at * 80, at === 4 ? undefined : at * 80 + 80))
  const [, frames] = await talk(head(), ...pieces)
  const expected = [0x01, 1, 97, 0x8a, 1, 112, 0x80, 1, 98, 0x82, 126, 1, 44, ...Buffer.from(long), 0x88, 2, 0x03, 0xe8]
  assert.deepEqual([...frames], expected)
})

test('what breaks the protocol closes the connection with the code for it', async () => {
  const closed = async (...sent: readonly Buffer[]) => {
    const [, frames] = await talk(head(), ...sent)
    return [frames[0], frames.readUInt16BE(2)]
  }
  assert.deepEqual(await closed(Buffer.from([0x81, 1, 97])), [0x88, 1002], 'not masked')
  assert.deepEqual(await closed(masked(0xc1, 'a')), [0x88, 1002], 'an extension')
  assert.deepEqual(await closed(masked(0x83, 'a')), [0x88, 1002], 'an opcode')
  assert.deepEqual(await closed(masked(0x09, 'a')), [0x88, 1002], 'a ping in fragments')
  assert.deepEqual(await closed(masked(0x80, 'a')), [0x88, 1002], 'nothing to go on with')
  assert.deepEqual(await closed(masked(0x81, Buffer.from([0xff]))), [0x88, 1007], 'no UTF-8')
  assert.deepEqual(await closed(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 0])), [0x88, 1009], 'too long')
})

test('a text whose character is cut by a fragment is fine', async () => {
  const octets = Buffer.from('é')
  const [, frames] = await talk(head(), masked(0x01, octets.subarray(0, 1)), masked(0x80, octets.subarray(1)), CLOSE)
  assert.deepEqual([...frames.subarray(0, 6)], [0x01, 1, octets[0], 0x80, 1, octets[1]])
})

test('frames are read from pieces of any size', () => {
  const octets = Buffer.concat([masked(0x81, 'one'), masked(0x82, 'x'.repeat(200))])
  const reader = new FrameReader()
  const read = [...octets].flatMap((octet) => [...reader.read(Buffer.from([octet]))])
  assert.deepEqual(
    read.map(({ opcode, payload }) => [opcode, payload.length]),
    [
      [1, 3],
      [2, 200],
    ],
  )
})
