import assert from 'node:assert/strict'
import type { Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bindUdp, listenTcp } from '#kernel/sockets/socket.ts'
import { connectFrom } from '../exchange.ts'

/** A connection whose two ends a test has in hand. */
export interface HeldFlow {
  readonly what: string
  /** How many bytes come to the other end of so many that either sends now, within `patience` ms. */
  exchange(bytes: number, patience: number): Promise<{ readonly there: number; readonly back: number }>
  close(): void
}

interface FlowPlace {
  readonly path: string
  readonly address: string
}

const PORT = 8080
const saying = (port: number, bytes: number): Buffer => Buffer.from(String(port).padEnd(bytes))
const portOf = (bytes: Buffer): number => Number.parseInt(bytes.toString('latin1', 0, 8), 10)

/** Servers of TCP and UDP at port 8080, each of which says what it got from whom, and can send to him. */
export class FlowServers {
  readonly #servers: (Server | DatagramSocket)[] = []
  readonly #accepted = new Set<Socket>()
  readonly #begun: HeldFlow[] = []
  /** By the client's own port, which each says, whatever a translation made of it on the way: what it has got, and what sends to him. */
  readonly #peers = new Map<string, { got: number; readonly send: (bytes: number) => void }>()

  async serve({ path, address }: FlowPlace): Promise<void> {
    const tcp = createServer((socket) => {
      this.#accepted.add(socket)
      socket.on('error', () => {})
      const peer = { got: 0, send: (bytes: number) => void socket.write(Buffer.alloc(bytes)) }
      socket.once('data', (bytes) => this.#peers.set(`tcp ${portOf(bytes)}`, peer))
      socket.on('data', ({ length }) => {
        peer.got += length
      })
    })
    await listenTcp(path, address, PORT, tcp)
    const udp = await bindUdp(path, address, PORT)
    udp.on('message', (bytes, { port, address: from }) => {
      const key = `udp ${portOf(bytes)}`
      const send = (length: number) => udp.send(Buffer.alloc(length), port, from)
      const peer = this.#peers.get(key) ?? { got: 0, send }
      this.#peers.set(key, peer)
      peer.got += bytes.length
    })
    this.#servers.push(tcp, udp)
  }

  /** Begins a connection that is answered already when it is given. */
  async begin(
    protocol: 'tcp' | 'udp',
    from: FlowPlace,
    to: { readonly address: string; readonly port?: number },
    sourcePort: number,
  ): Promise<HeldFlow> {
    const { address, port = PORT } = to
    const what = `${protocol} ${from.address} to ${address}:${port}`
    const key = `${protocol} ${sourcePort}`
    let got = 0
    let send: (bytes: number) => void
    let close: () => void
    if (protocol === 'tcp') {
      const socket = connectFrom(from.path, { address, port, source: from.address, sourcePort })
      socket.on('error', () => {})
      socket.on('data', ({ length }) => {
        got += length
      })
      await once(socket, 'connect', { signal: AbortSignal.timeout(2000) }).catch(() =>
        assert.fail(`${what} is refused`),
      )
      send = (bytes) => void socket.write(saying(sourcePort, bytes))
      close = () => void socket.resetAndDestroy()
    } else {
      const socket = await bindUdp(from.path, from.address, sourcePort)
      socket.on('error', () => {})
      socket.on('message', ({ length }) => {
        got += length
      })
      send = (bytes) => socket.send(saying(sourcePort, bytes), port, address, () => {})
      close = () => void socket.close()
    }
    const peers = this.#peers
    const flow: HeldFlow = {
      what,
      async exchange(bytes, patience) {
        const before = { there: peers.get(key)?.got ?? 0, back: got }
        const since = () => ({ there: (peers.get(key)?.got ?? 0) - before.there, back: got - before.back })
        send(bytes)
        const until = async (isDone: () => boolean) => {
          const end = performance.now() + patience
          while (!isDone() && performance.now() < end) await sleep(5)
        }
        await until(() => since().there >= bytes)
        // Whether it was heard or not: who is asked speaks too.
        peers.get(key)?.send(bytes)
        await until(() => since().back >= bytes)
        return since()
      },
      close,
    }
    this.#begun.push(flow)
    assert.deepEqual(await flow.exchange(10, 2000), { there: 10, back: 10 }, what)
    return flow
  }

  close(): void {
    for (const flow of this.#begun) flow.close()
    for (const server of this.#servers) server.close()
    for (const socket of this.#accepted) socket.destroy()
  }
}
