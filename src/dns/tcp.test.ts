import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveTcp } from './tcp.ts'

const ANSWER = 60_000
const framed = (message: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message])
const listeners: Server[] = []
const opened: Socket[] = []
after(() => {
  for (const socket of opened) socket.destroy()
  for (const server of listeners) server.close()
})

/** A server whose connections are handed to `serve`, and a way to it. */
const listen = async (serve: (connection: Socket) => void): Promise<() => Promise<Socket>> => {
  const server = createServer().listen(0, '127.0.0.1')
  listeners.push(server)
  await once(server, 'listening')
  server.on('connection', serve)
  return async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => undefined)
    opened.push(socket)
    await once(socket, 'connect')
    return socket
  }
}
const until = async (isSo: () => boolean): Promise<void> => {
  const end = performance.now() + 20_000
  while (!isSo() && performance.now() < end) await sleep(1)
}
/** Resolves when the connection is over: one that was cut off while the client wrote has failed before it closes. */
const closed = (client: Socket): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()))

test('bounds: a client that asks and does not read is not answered further than a little ahead, and loses no answer', async () => {
  const queries = 2000
  let answered = 0
  let most = 0
  let served: Socket | undefined
  const open = await listen((connection) => {
    served = connection
    serveTcp(connection, (_, send) => {
      answered++
      send(new Uint8Array(ANSWER))
      most = Math.max(most, connection.writableLength)
    })
  })
  const client = await open()
  client.pause()
  client.write(Buffer.concat(Array.from({ length: queries }, () => framed(new Uint8Array(12)))))
  // Until what lies between the two is full.
  let before = -1
  await until(() => served !== undefined)
  while (before !== answered) {
    before = answered
    await sleep(100)
  }
  assert.ok(answered < queries, 'what was not read was not answered')
  assert.ok(most <= 4 * ANSWER, `${most} octets waited`)
  let octets = 0
  client.on('data', (chunk: Buffer) => {
    octets += chunk.length
  })
  client.resume()
  await until(() => octets === queries * (ANSWER + 2))
  assert.equal(octets, queries * (ANSWER + 2))
})

test('no more questions of one client are on their way to an upstream than a few, and each is answered', async () => {
  const waiting: ((answer: Uint8Array) => void)[] = []
  let most = 0
  const open = await listen((connection) =>
    serveTcp(connection, (_, send) => {
      waiting.push(send)
      most = Math.max(most, waiting.length)
    }),
  )
  const client = await open()
  const queries = 1000
  client.write(Buffer.concat(Array.from({ length: queries }, () => framed(new Uint8Array(12)))))
  let octets = 0
  client.on('data', (chunk: Buffer) => {
    octets += chunk.length
  })
  await until(() => {
    waiting.shift()?.(new Uint8Array(12))
    return octets === queries * 14
  })
  assert.equal(octets, queries * 14)
  assert.ok(most <= 128, `${most} at a time`)
})

test('a client that says it will ask no more has its answers all the same, and then the end', async () => {
  const open = await listen((connection) =>
    serveTcp(connection, (_, send) => void sleep(20).then(() => send(new Uint8Array(12)))),
  )
  const client = await open()
  client.end(Buffer.concat([framed(new Uint8Array(12)), framed(new Uint8Array(12))]))
  const chunks: Buffer[] = []
  for await (const chunk of client) chunks.push(chunk as Buffer)
  assert.equal(Buffer.concat(chunks).length, 28)
})

test('questions that come octet by octet are read, whatever their size', async () => {
  // Not over TCP, which may join them.
  const [client, served] = duplexPair()
  const read: number[][] = []
  serveTcp(served as Socket, (message, send) => {
    read.push([message.length, message[0]!, message.at(-1)!])
    send(message.subarray(0, 12))
  })
  for (const length of [300, 12]) {
    const message = Uint8Array.from({ length }, (_, index) => index & 255)
    for (const octet of framed(message)) {
      client.write(Buffer.of(octet))
      await new Promise(setImmediate)
    }
  }
  assert.deepEqual(read, [
    [300, 0, 43],
    [12, 0, 11],
  ])
  client.destroy()
  served.destroy()
})

test('a TCP client that says nothing is not kept for ever', async () => {
  const open = await listen((connection) => serveTcp(connection, (_, send) => send(new Uint8Array(12)), { idle: 200 }))
  const client = await open()
  client.resume()
  await closed(client)
})

test('a client that sends an octet now and then, and never a question, is not kept for ever', async (t) => {
  const idle = 500
  const open = await listen((connection) => serveTcp(connection, (_, send) => send(new Uint8Array(12)), { idle }))
  const client = await open()
  const dripping = setInterval(() => client.write(Buffer.of(1)), 20)
  t.after(() => clearInterval(dripping))
  await closed(client)
  clearInterval(dripping)
  const asking = await open()
  for (let times = 0; times < 6; times++) {
    await sleep(idle / 5)
    asking.write(framed(new Uint8Array(12)))
    const [answer] = (await once(asking, 'data')) as [Buffer]
    assert.equal(answer.length, 14, 'one that asks stays')
  }
})

test('each answer has its length before it, each question is told of, and a client that ends is ended', async () => {
  let told = 0
  const open = await listen((connection) =>
    serveTcp(connection, (message, send) => send(message), { onQuestion: () => told++ }),
  )
  const client = await open()
  const sent = Buffer.concat([framed(new Uint8Array(12).fill(7)), framed(new Uint8Array(300).fill(8))])
  client.write(sent)
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    if (Buffer.concat(chunks).length === sent.length) client.end()
  })
  await once(client, 'end', { signal: AbortSignal.timeout(5000) })
  assert.deepEqual(Buffer.concat(chunks), sent)
  assert.equal(told, 2)
})

test('a question that has no answer is passed over, and the next is answered', async () => {
  const open = await listen((connection) =>
    serveTcp(connection, (message, send) => (message[0] === 0 ? send() : send(message))),
  )
  const client = await open()
  const asked = framed(new Uint8Array(12).fill(7))
  client.write(Buffer.concat([framed(new Uint8Array(12)), asked]))
  const [answer] = (await once(client, 'data')) as [Buffer]
  assert.deepEqual(answer, asked)
})
