import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Socket } from 'node:dgram'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createNetworkNamespace, deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { BATCH, RECEIVED_SIZE } from '#kernel/sockets/datagram-batch.ts'
import { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import type { AnswerDatagram } from '#net/datagram.ts'

const NAME = 'fl-datagrams'
const PORT = 5300
const LOOPBACK = ['127.0.0.1', '::1'] as const

let path: string
before(() => {
  path = createNetworkNamespace(NAME)
  execFileSync('ip', ['-n', NAME, 'link', 'set', 'lo', 'up'])
})
after(() => deleteNamespace(path))

const fail = (error: Error): never => {
  throw error
}
/** Says back what it heard, behind a `>`. */
const echo: AnswerDatagram = ({ bytes, start, end, answer, at }) => {
  answer[at] = '>'.charCodeAt(0)
  answer.set(bytes.subarray(start, end), at + 1)
  return end - start + 1
}

/** Sockets that say something, and what each hears. */
class Clients {
  readonly heard: string[][] = []
  readonly #sockets: Socket[]

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets
    for (const socket of sockets) {
      const own: string[] = []
      this.heard.push(own)
      socket.on('message', (bytes) => own.push(bytes.toString()))
    }
  }

  static async open(count: number, host: string): Promise<Clients> {
    const sockets: Socket[] = []
    for (let number = 0; number < count; number++) sockets.push(await bindUdp(path, host, 0))
    return new Clients(sockets)
  }

  /** Has been sent when it resolves. */
  async say(client: number, text: string, host: string): Promise<void> {
    await new Promise((resolve) => this.#sockets[client]!.send(text, PORT, host, resolve))
  }

  async hear(count: number): Promise<void> {
    while (this.heard.flat().length < count) await turn()
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
  }
}

const withServer = async (
  host: string,
  clients: number,
  run: (server: DatagramServer, clients: Clients) => Promise<void>,
): Promise<void> => {
  const server = DatagramServer.bind(path, host, PORT)
  const open = await Clients.open(clients, host)
  try {
    await run(server, open)
  } finally {
    open.close()
    server.close()
  }
}

for (const host of LOOPBACK)
  test(`DatagramServer answers all that wait at ${host}, each to the one who sent it`, () =>
    withServer(host, 20, async (server, clients) => {
      for (let number = 0; number < 200; number++) await clients.say(number % 20, `${number}`, host)
      server.serve(echo, fail)
      await clients.hear(200)
      for (const [client, heard] of clients.heard.entries())
        assert.deepEqual(
          heard.toSorted(),
          Array.from({ length: 10 }, (_, index) => `>${client + 20 * index}`).toSorted(),
        )
    }))

for (const host of LOOPBACK)
  test(`DatagramServer sends an answer that takes time to the one at ${host} who waits for it`, () =>
    withServer(host, 3, async (server, clients) => {
      for (let number = 0; number < 9; number++) await clients.say(number % 3, `${number}`, host)
      const waiting: (() => void)[] = []
      server.serve((datagram) => {
        const text = Buffer.from(datagram.bytes.subarray(datagram.start, datagram.end)).toString()
        const send = datagram.later()
        waiting.push(() => send(Buffer.from(`late ${text}`)))
        return 0
      }, fail)
      while (waiting.length < 9) await turn()
      for (const answer of waiting) answer()
      await clients.hear(9)
      for (const [client, heard] of clients.heard.entries())
        assert.deepEqual(
          heard.toSorted(),
          [0, 3, 6].map((number) => `late ${client + number}`),
        )
    }))

test('DatagramServer answers those beside one that cannot be answered: from port 0', () =>
  withServer('127.0.0.1', 1, async (server, clients) => {
    const raw = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
for _ in range(3): s.sendto(struct.pack('!HHHH', 0, ${PORT}, 12, 0) + b'zero', ('127.0.0.1', 0))`
    const heard: string[] = []
    const answer: AnswerDatagram = (datagram) => {
      heard.push(Buffer.from(datagram.bytes.subarray(datagram.start, datagram.end)).toString())
      return echo(datagram)
    }
    // First one that comes alone, then some within a batch.
    execFileSync('ip', ['netns', 'exec', NAME, 'python3', '-c', raw])
    await clients.say(0, 'one', '127.0.0.1')
    execFileSync('ip', ['netns', 'exec', NAME, 'python3', '-c', raw])
    await clients.say(0, 'two', '127.0.0.1')
    server.serve(answer, fail)
    await clients.hear(2)
    assert.deepEqual(clients.heard, [['>one', '>two']])
    assert.equal(heard.filter((text) => text === 'zero').length, 6)
  }))

test('DatagramServer sends large answers, more octets than one call takes', () =>
  withServer('127.0.0.1', 1, async (server, clients) => {
    for (let number = 0; number < 4; number++) await clients.say(0, `${number}`, '127.0.0.1')
    server.serve(({ bytes, start, answer, at }) => {
      answer.fill(bytes[start]!, at, at + 34_000)
      return 34_000
    }, fail)
    await clients.hear(4)
    assert.deepEqual(
      clients.heard[0]!.toSorted(),
      Array.from({ length: 4 }, (_, number) => `${number}`.repeat(34_000)),
    )
  }))

test('DatagramServer cuts a datagram that is longer than it keeps, and answers it', () =>
  withServer('127.0.0.1', 1, async (server, clients) => {
    await clients.say(0, 'first', '127.0.0.1')
    await clients.say(0, 'x'.repeat(RECEIVED_SIZE + 500), '127.0.0.1')
    server.serve(echo, fail)
    await clients.hear(2)
    assert.deepEqual(clients.heard[0]!.map((text) => [text.slice(0, 3), text.length]).toSorted(), [
      ['>fi', 1 + 'first'.length],
      ['>xx', 1 + RECEIVED_SIZE],
    ])
  }))

test('DatagramServer lets other work of the process have its turn between batches', () =>
  withServer('127.0.0.1', 4, async (server, clients) => {
    // Few enough for the room that the kernel gives to a socket.
    let answered = 0
    let between = 0
    let most = 0
    for (let number = 0; number < 250; number++) await clients.say(number % 4, `${number}`, '127.0.0.1')
    let counting = true
    const count = (): void => {
      most = Math.max(most, between)
      between = 0
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    server.serve((datagram) => {
      answered++
      between++
      return echo(datagram)
    }, fail)
    await clients.hear(250)
    counting = false
    assert.equal(answered, 250)
    // Two batches, and those that Node.js itself reads in one turn.
    assert.ok(most <= 3 * BATCH + 32, `${most} in one turn`)
  }))

test('DatagramServer that is paused leaves what comes to another holder of its socket', () =>
  withServer('127.0.0.1', 1, async (server, clients) => {
    server.serve(echo, fail)
    await clients.say(0, 'one', '127.0.0.1')
    await clients.hear(1)
    const other = new DatagramServer(server.duplicate(), server.type)
    server.pause()
    await clients.say(0, 'two', '127.0.0.1')
    for (let number = 0; number < 10; number++) await turn()
    assert.deepEqual(clients.heard, [['>one']])
    other.serve(echo, fail)
    await clients.hear(2)
    other.close()
    server.serve(echo, fail)
    await clients.say(0, 'three', '127.0.0.1')
    await clients.hear(3)
    assert.deepEqual(clients.heard, [['>one', '>two', '>three']])
  }))
