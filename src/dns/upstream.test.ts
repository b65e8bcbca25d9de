import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RecordType } from '#names/record.ts'
import { recordLine } from '#names/testing/record-text.ts'
import { encodeQuestion } from './encode.ts'
import { readNameservers, Upstream } from './upstream.ts'

test('nameservers are those of resolv.conf in its order, and the machine’s own where it names none or is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-resolv-'))
  const path = join(folder, 'resolv.conf')
  try {
    assert.deepEqual(readNameservers(path), ['127.0.0.1'])
    writeFileSync(path, '# nothing\nsearch example.org\n')
    assert.deepEqual(readNameservers(path), ['127.0.0.1'])
    writeFileSync(path, 'nameserver 192.0.2.1\n')
    assert.deepEqual(readNameservers(path), ['192.0.2.1'])
    writeFileSync(path, 'nameserver 192.0.2.1\n#nameserver 192.0.2.2\n nameserver\t2001:db8::1\n')
    assert.deepEqual(readNameservers(path), ['192.0.2.1', '2001:db8::1'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('bounds: of a flood of questions 1,000 are with the upstream at a time: others are told at once, and later ones are asked', async () => {
  const server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const upstream = new Upstream(['127.0.0.1'], { port: server.address().port, timeoutMs: 1000 })
    const ask = () => upstream.forward(encodeQuestion('example.org', RecordType.A), 'udp')
    const outcomes = await Promise.allSettled(Array.from({ length: 1100 }, ask))
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
    assert.equal(reasons.filter((reason) => reason.includes('1000 questions wait for')).length, 100)
    assert.equal(reasons.filter((reason) => reason.includes('no upstream nameserver answered')).length, 1000)
    server.on('message', (query, peer) => server.send(query, peer.port, peer.address))
    assert.equal((await ask()).length, encodeQuestion('example.org', RecordType.A).length)
  } finally {
    server.close()
  }
})

const QUESTION = encodeQuestion('example.org', RecordType.A)
/** A message of that length with the id of the question. */
const message = (length: number): Buffer => Buffer.concat([QUESTION.subarray(0, 2), Buffer.alloc(length - 2, 7)])
const framed = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes])

/** Nameservers by TCP at one port of 127.0.0.1, 127.0.0.2 and so on: `serve` has a connection whose question came whole. */
async function overTcp(
  { question = QUESTION, timeoutMs = 1000 },
  ...serve: readonly ((connection: Socket) => void)[]
): Promise<{ readonly reply: Promise<Uint8Array>; readonly asked: readonly number[]; readonly close: () => void }> {
  const asked: number[] = []
  const servers: Server[] = []
  let port = 0
  for (const [index, handler] of serve.entries()) {
    const server = createServer((connection) => {
      let received = Buffer.alloc(0)
      connection.on('error', () => {})
      connection.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        if (received.length < question.length + 2) return
        assert.deepEqual(received, framed(question))
        asked.push(index)
        handler(connection)
      })
    })
    server.listen(port, `127.0.0.${index + 1}`)
    await once(server, 'listening')
    port = (server.address() as { port: number }).port
    servers.push(server)
  }
  const upstream = new Upstream(
    serve.map((_, index) => `127.0.0.${index + 1}`),
    { port, timeoutMs },
  )
  const close = () => {
    for (const server of servers) server.close()
  }
  return { reply: upstream.forward(question, 'tcp'), asked, close }
}

test('an answer over TCP comes whole, into however many pieces it is cut; the question has its length before it', async () => {
  const question = message(700)
  const bytes = framed(message(600))
  const cuts = [1, 2, 3, 300, bytes.length]
  const { reply, close } = await overTcp({ question }, async (connection) => {
    for (const [index, end] of cuts.entries()) {
      connection.write(bytes.subarray(cuts[index - 1] ?? 0, end))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
  assert.deepEqual(Buffer.from(await reply), message(600))
  close()
})

test('what comes behind an answer over TCP is no part of it, and the connection is ended', async () => {
  let ended: Promise<unknown> | undefined
  // So long that the test would end before: the connection is not ended for having been idle.
  const { reply, close } = await overTcp({ timeoutMs: 600_000 }, (connection) => {
    ended = once(connection, 'end')
    connection.write(Buffer.concat([framed(message(20)), framed(message(30))]))
  })
  assert.deepEqual(Buffer.from(await reply), message(20))
  await ended
  close()
})

const FAULTS: Readonly<Record<string, (connection: Socket) => void>> = {
  'is silent': () => {},
  'closes without an answer': (connection) => connection.end(),
  'closes within its answer': (connection) => connection.end(framed(message(50)).subarray(0, 51)),
  'breaks the connection': (connection) => connection.resetAndDestroy(),
  'answers with nothing': (connection) => connection.write(Buffer.of(0, 0)),
  'answers what is shorter than a header': (connection) => connection.write(framed(message(11))),
  'answers another question': (connection) => connection.write(framed(Buffer.alloc(50, 7))),
}
for (const [fault, serve] of Object.entries(FAULTS))
  test(`where a nameserver ${fault}, the next one is asked`, async () => {
    const { reply, asked, close } = await overTcp({}, serve, (connection) => connection.write(framed(message(12))))
    assert.deepEqual(Buffer.from(await reply), message(12))
    assert.deepEqual(asked, [0, 1])
    close()
  })

test('where none answers, all that were asked are named', async () => {
  const { reply, close } = await overTcp(
    {},
    (connection) => connection.end(),
    (connection) => connection.end(),
  )
  await assert.rejects(reply, /no upstream nameserver answered \(asked 127\.0\.0\.1, 127\.0\.0\.2\)/)
  close()
  await assert.rejects(new Upstream([]).forward(QUESTION, 'udp'), /asked none/)
})

/** Nameservers by UDP: each is given what it is asked, and the way back. */
async function overUdp(...serve: readonly ((reply: (bytes: Uint8Array) => void) => void)[]) {
  const sockets: ReturnType<typeof createSocket>[] = []
  let port = 0
  for (const [index, handler] of serve.entries()) {
    const socket = createSocket('udp4')
    socket.bind(port, `127.0.0.${index + 1}`)
    await once(socket, 'listening')
    port = socket.address().port
    socket.on('message', (_, peer) => handler((bytes) => socket.send(bytes, peer.port, peer.address)))
    sockets.push(socket)
  }
  const addresses = serve.map((_, index) => `127.0.0.${index + 1}`)
  const close = () => {
    for (const socket of sockets) socket.close()
  }
  return { upstream: new Upstream(addresses, { port }), port, close }
}

test('over UDP late answers to other questions, and what is no message, are passed over', async () => {
  const { upstream, close } = await overUdp((reply) => {
    for (const other of [
      Buffer.concat([Buffer.of(0, 2), Buffer.alloc(20)]),
      Buffer.concat([Buffer.of(9, 1), Buffer.alloc(20)]),
    ])
      reply(other)
    reply(message(11))
    reply(message(40))
  })
  assert.deepEqual(Buffer.from(await upstream.forward(QUESTION, 'udp')), message(40))
  close()
})

test('where nothing listens at a nameserver’s port, the next one is asked', async () => {
  const { port, close } = await overUdp((reply) => reply(message(12)))
  const both = new Upstream(['127.0.0.9', '127.0.0.1'], { port })
  assert.deepEqual(Buffer.from(await both.forward(QUESTION, 'udp')), message(12))
  close()
})

test('a nameserver may have an IPv6 address', async () => {
  const socket = createSocket('udp6')
  socket.bind(0, '::1')
  await once(socket, 'listening')
  socket.on('message', (query, peer) => socket.send(query, peer.port, peer.address))
  const upstream = new Upstream(['::1'], { port: socket.address().port })
  assert.deepEqual(Buffer.from(await upstream.forward(QUESTION, 'udp')), Buffer.from(QUESTION))
  socket.close()
})

test('a nameserver that is silent for two seconds is given up for the next', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const order: string[] = []
  const { upstream, close } = await overUdp(
    () => {
      order.push('first')
      context.mock.timers.tick(1999)
      order.push('still')
      context.mock.timers.tick(1)
    },
    (reply) => {
      order.push('second')
      reply(message(12))
    },
  )
  assert.deepEqual(Buffer.from(await upstream.forward(QUESTION, 'udp')), message(12))
  assert.deepEqual(order, ['first', 'still', 'second'])
  close()
})

test('a name that a CNAME leads to is asked over TCP, and gives the records of its answer', async () => {
  const server = createServer((connection) => {
    connection.on('data', (query) => {
      const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9])
      const bytes = Buffer.concat([query.subarray(2), answer])
      bytes.writeUInt16BE(0x8180, 2)
      bytes.writeUInt16BE(1, 6)
      connection.write(framed(bytes))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upstream = new Upstream(['127.0.0.1'], { port: (server.address() as { port: number }).port })
  const records = await upstream.resolve('docs.example.org', RecordType.A)
  assert.deepEqual(records.map(recordLine), ['docs.example.org A 192.0.2.9'])
  server.close()
})
