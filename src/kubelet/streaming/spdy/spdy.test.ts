import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { mock, test } from 'node:test'
import { crc32 } from 'node:zlib'

import { SpdyConnection } from './spdy-connection.ts'
import { spdyDictionary } from './spdy-dictionary.ts'
import { controlFrame, dataFrame, type Frame, FrameParser, FrameType, numbersFrame } from './spdy-frame.ts'
import { HeaderDecoder, HeaderEncoder } from './spdy-header-block.ts'
import type { SpdyStream } from './spdy-stream.ts'

/** A client's side, frame by frame. */
class Client {
  readonly frames: Frame[] = []
  readonly #encoder = new HeaderEncoder()
  readonly socket: Duplex
  #wake: () => void = () => undefined
  constructor(socket: Duplex) {
    this.socket = socket
    const parser = new FrameParser(1 << 24)
    socket.on('data', (chunk: Buffer) => {
      this.frames.push(...parser.push(chunk))
      this.#wake()
    })
  }
  async open(id: number, headers: Record<string, string>): Promise<void> {
    const start = Buffer.alloc(10)
    start.writeUInt32BE(id, 0)
    this.socket.write(
      controlFrame(FrameType.SYN_STREAM, 0, Buffer.concat([start, await this.#encoder.encode(headers)])),
    )
  }
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined && found !== false) return found
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
  control(type: number): Extract<Frame, { kind: 'control' }> | undefined {
    return this.frames.find((frame) => frame.kind === 'control' && frame.type === type) as never
  }
  data(stream: number): Buffer {
    return Buffer.concat(
      this.frames.flatMap((frame) => (frame.kind === 'data' && frame.stream === stream ? [frame.payload] : [])),
    )
  }
}

function connect(onStream: (stream: SpdyStream) => boolean): {
  client: Client
  closed: Promise<void>
  connection: SpdyConnection
} {
  const [near, far] = duplexPair()
  let close: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    close = resolve
  })
  const connection = new SpdyConnection(near, Buffer.alloc(0), { onStream, onClose: () => close() })
  return { client: new Client(far), closed, connection }
}

test('the dictionary is the one of the draft', () => {
  const dictionary = spdyDictionary()
  assert.equal(dictionary.length, 1423)
  let [a, b] = [1, 0]
  for (const byte of dictionary) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  assert.equal(((b << 16) | a) >>> 0, 0xe3c6a7c2)
})

test('header blocks share one context and come back as they were', async () => {
  const [encoder, decoder] = [new HeaderEncoder(), new HeaderDecoder()]
  const blocks: readonly Record<string, string>[] = [
    { streamtype: 'error' },
    { streamtype: 'data', port: '8080' },
    {},
    { streamtype: 'error' },
  ]
  for (const headers of blocks) {
    assert.deepEqual({ ...(await decoder.decode(await encoder.encode(headers))) }, headers)
  }
  await assert.rejects(decoder.decode(Buffer.from('no header block at all')))
  const bomb = await new HeaderEncoder().encode({ a: 'x'.repeat(1 << 20) })
  await assert.rejects(new HeaderDecoder().decode(bomb), /longer/)
})

test('frames that arrive byte by byte are put together, and one that is too long is refused', () => {
  const bytes = Buffer.concat([dataFrame(1, Buffer.from('abc'), true), numbersFrame(FrameType.PING, 1)])
  const parser = new FrameParser(100)
  const frames = [...bytes].flatMap((byte) => parser.push(Buffer.from([byte])))
  assert.deepEqual(
    frames.map((frame) => frame.kind),
    ['data', 'control'],
  )
  assert.throws(() => new FrameParser(100).push(dataFrame(1, Buffer.alloc(101), false)), RangeError)
})

test('a stream carries bytes both ways, and each side ends on its own', async () => {
  const { client } = connect((stream) => {
    assert.equal(stream.headers.streamtype, 'echo')
    stream.pipe(stream)
    return true
  })
  await client.open(1, { Streamtype: 'echo' })
  client.socket.write(dataFrame(1, Buffer.from('hello'), false))
  await client.until(() => client.data(1).toString() === 'hello')
  assert.ok(client.control(FrameType.SYN_REPLY))
  client.socket.write(dataFrame(1, Buffer.from(' world'), true))
  await client.until(() => client.frames.some((frame) => frame.kind === 'data' && frame.fin))
  assert.equal(client.data(1).toString(), 'hello world')
})

test('1 MB reaches a client that grants no window, since Go’s never does', async () => {
  const payload = Buffer.alloc(1 << 20, 'abcdefg')
  const { client } = connect((stream) => {
    stream.end(payload)
    return true
  })
  await client.open(1, {})
  await client.until(() => client.data(1).length === payload.length)
  assert.equal(crc32(client.data(1)), crc32(payload))
})

test('a client that keeps windows is sent no more than it grants', async () => {
  const { client } = connect((stream) => {
    if (stream.id === 3) stream.end(Buffer.alloc(200_000))
    return true
  })
  await client.open(1, {})
  client.socket.write(numbersFrame(FrameType.WINDOW_UPDATE, 0, 10_000_000))
  await client.open(3, {})
  await client.until(() => client.data(3).length >= 65_536)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(client.data(3).length, 65_536)
  client.socket.write(numbersFrame(FrameType.WINDOW_UPDATE, 3, 200_000))
  await client.until(() => client.data(3).length === 200_000)
})

test('pings are answered, refused streams reset, and a reset ends the stream', async () => {
  let stream: SpdyStream | undefined
  const { client } = connect((opened) => {
    if (opened.headers.streamtype === 'bad') return false
    stream = opened
    return true
  })
  client.socket.write(numbersFrame(FrameType.PING, 7))
  assert.equal((await client.until(() => client.control(FrameType.PING))).payload.readUInt32BE(0), 7)
  await client.open(1, { streamtype: 'bad' })
  const reset = await client.until(() => client.control(FrameType.RST_STREAM))
  assert.deepEqual([reset.payload.readUInt32BE(0), reset.payload.readUInt32BE(4)], [1, 3])
  await client.open(3, {})
  const opened = await client.until(() => stream)
  client.socket.write(numbersFrame(FrameType.RST_STREAM, 3, 5))
  await once(opened, 'close')
})

test('rubbish ends the connection, and so does the client’s leaving, with every stream', async () => {
  const first = connect(() => true)
  first.client.socket.write(controlFrame(FrameType.SYN_STREAM, 0, Buffer.alloc(30, 0xff)))
  await first.closed
  let stream: SpdyStream | undefined
  const second = connect((opened) => {
    stream = opened
    return true
  })
  await second.client.open(1, {})
  const opened = await second.client.until(() => stream)
  second.client.socket.end()
  await second.closed
  assert.equal(opened.destroyed, true)
})

test('bounds: a frame that comes in small pieces is the same, and is not copied with each of them', () => {
  const payload = Buffer.alloc(200_000, 'x')
  const bytes = Buffer.concat([
    dataFrame(1, payload, false),
    numbersFrame(FrameType.PING, 1),
    dataFrame(3, payload, true),
  ])
  const whole = new FrameParser(1 << 20).push(bytes)
  assert.equal(whole.length, 3)
  let copied = 0
  const { concat } = Buffer
  const counted = mock.method(Buffer, 'concat', (list: readonly Uint8Array[], length: number) => {
    copied += length
    return concat.call(Buffer, list, length)
  })
  try {
    const parser = new FrameParser(1 << 20)
    const frames: Frame[] = []
    for (let at = 0; at < bytes.length; at += 7) frames.push(...parser.push(bytes.subarray(at, at + 7)))
    assert.deepEqual(frames, whole)
    assert.ok(copied < 100 * bytes.length, String(copied / bytes.length))
  } finally {
    counted.mock.restore()
  }
})

test('bounds: a client that asks and takes no answer is read no further, until it takes them', async () => {
  const [near, far] = duplexPair()
  new SpdyConnection(near, Buffer.alloc(0), { onStream: () => true, onClose: () => undefined })
  const pings = Buffer.concat(Array.from({ length: 10_000 }, () => numbersFrame(FrameType.PING, 1)))
  const turn = () => new Promise(setImmediate)
  let sent = 0
  for (; far.writableLength === 0 && sent < 50; sent++) {
    far.write(pings)
    for (let turns = 0; turns < 20; turns++) await turn()
  }
  assert.ok(sent < 50, 'all of it was read')
  assert.ok(near.writableLength < 2 << 20, String(near.writableLength))
  let taken = 0
  far.on('data', (chunk: Buffer) => {
    taken += chunk.length
  })
  while (taken < sent * pings.length) await turn()
  assert.equal(taken, sent * pings.length)
  near.destroy()
})

test('a client is asked each half minute whether it is there, by even numbers, until the connection ends', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const { client, connection } = connect(() => true)
    mock.timers.tick(30_000)
    mock.timers.tick(30_000)
    const pings = () => client.frames.filter((frame) => frame.kind === 'control' && frame.type === FrameType.PING)
    await client.until(() => pings().length === 2)
    assert.deepEqual(
      pings().map((frame) => frame.payload.readUInt32BE(0)),
      [2, 4],
    )
    connection.close()
    mock.timers.tick(60_000)
    assert.equal(pings().length, 2)
  } finally {
    mock.timers.reset()
  }
})
