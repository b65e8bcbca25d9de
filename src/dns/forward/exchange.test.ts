import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '#clock/clock.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { RecordType } from '#names/record.ts'
import { encodeQuestion } from '../encode.ts'
import { exchangeTcp, exchangeUdp } from './exchange.ts'

const QUESTION = encodeQuestion('example.org', RecordType.A)
const OPTIONS = { clock: systemClock, timeoutMs: 5000 }
/** The question as an answer to it, with octets changed. */
const answer = (changes: Readonly<Record<number, number>> = {}): Buffer => {
  const reply = Buffer.from(QUESTION)
  reply[2] = 0x81
  for (const [at, octet] of Object.entries(changes)) reply[Number(at)] = octet
  return reply
}
const framed = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes])

test('by UDP, what does not answer the question is passed over: another id, name, type, no response, no message', async () => {
  const server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const ports = new Set<number>()
  server.on('message', (_, peer) => {
    ports.add(peer.port)
    const wrong = [answer({ 0: 9 }), answer({ 13: 0x66 }), answer({ [QUESTION.length - 3]: 28 }), answer({ 2: 1 })]
    for (const bytes of [...wrong, answer({ 2: 0xa9 }), answer().subarray(0, 11), answer().subarray(0, 20), answer()])
      server.send(bytes, peer.port, peer.address)
  })
  const to = { address: '127.0.0.1', port: server.address().port }
  for (let count = 0; count < 5; count++)
    assert.deepEqual(await exchangeUdp(to, QUESTION, OPTIONS), { reply: answer(), match: 'same' })
  assert.ok(ports.size > 1, 'each from a port of its own')
  server.removeAllListeners('message')
  server.on('message', (_, peer) => server.send(answer({ 13: 0x45 }), peer.port, peer.address))
  assert.equal((await exchangeUdp(to, QUESTION, OPTIONS)).match, 'case')
  server.close()
  await assert.rejects(exchangeUdp(to, QUESTION, OPTIONS), { code: 'ECONNREFUSED' })
})

test('by UDP a server that is silent is given up in time, and where there is no way to it at once', async () => {
  const server = createSocket('udp6')
  server.bind(0, '::1')
  await once(server, 'listening')
  const clock = new HandClock()
  const asking = exchangeUdp({ address: '::1', port: server.address().port }, QUESTION, { clock, timeoutMs: 2000 })
  await once(server, 'message')
  clock.advance(2000)
  await assert.rejects(asking, /\[::1\]:\d+ did not answer/)
  server.close()
  await assert.rejects(exchangeUdp({ address: '255.255.255.255', port: 53 }, QUESTION, OPTIONS))
})

/** A nameserver by TCP that does this with a connection whose question has come. */
const overTcp = async (serve: (connection: Socket) => void) => {
  const server = createServer((connection) => {
    connection.on('error', () => undefined)
    connection.once('data', () => serve(connection))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return exchangeTcp({ address: '127.0.0.1', port }, QUESTION, OPTIONS).finally(() => server.close())
}

test('by TCP an answer comes whole, into however many pieces it is cut, and what comes behind it is no part of it', async () => {
  const found = await overTcp(async (connection) => {
    const bytes = Buffer.concat([framed(answer()), framed(answer({ 0: 1 }))])
    for (const [start, end] of [
      [0, 1],
      [1, 3],
      [3, 20],
      [20, bytes.length],
    ]) {
      connection.write(bytes.subarray(start, end))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })
  assert.deepEqual(Buffer.from(found.reply), answer())
})

const FAULTS: Readonly<Record<string, (connection: Socket) => void>> = {
  'closes without an answer': (connection) => connection.end(),
  'closes within its answer': (connection) => connection.end(framed(answer()).subarray(0, 15)),
  'breaks the connection': (connection) => connection.resetAndDestroy(),
  'answers with nothing': (connection) => connection.write(Buffer.of(0, 0)),
  'answers what is shorter than a header': (connection) => connection.write(framed(answer().subarray(0, 11))),
  'answers another question': (connection) => connection.write(framed(answer({ 13: 0x66 }))),
}
for (const [fault, serve] of Object.entries(FAULTS))
  test(`by TCP a nameserver that ${fault} has not answered`, async () => {
    await assert.rejects(overTcp(serve))
  })
