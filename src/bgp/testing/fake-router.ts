import type { TcpPeer } from '#net/tcp-peer.ts'
import { decodeMessage, encodeMessage } from '../message/codec.ts'
import type { UpdateContext } from '../message/decode-attributes.ts'
import { MessageFramer } from '../message/frame.ts'
import type { Capabilities, Message, Open } from '../message/message.ts'
import type { ConnectionTaker, PeerListener, PeerSocket, PeerSockets } from '../session/peer-sockets.ts'

/** One side of a TCP connection that a test holds in its hand. */
export class FakeSocket implements PeerSocket {
  readonly localAddress: string
  /** What the other side knows of AS numbers, by which an UPDATE is read. */
  context: UpdateContext = { isFourOctet: true, isInternal: false }
  isEnded = false
  isDestroyed = false
  /** The kernel takes no more. */
  isFull = false
  readonly #framer = new MessageFramer()
  readonly #listeners = new Map<string, ((value: never) => void)[]>()

  constructor(localAddress = '10.0.0.1') {
    this.localAddress = localAddress
  }

  write(octets: Uint8Array): boolean {
    this.#framer.push(octets)
    return !this.isFull
  }

  end(): void {
    this.isEnded = true
  }

  destroy(): void {
    this.close()
  }

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
  }

  #emit(event: string, value?: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never)
  }

  /** The handshake is done. */
  connect(): void {
    this.#emit('connect')
  }

  /** Neither side has the connection any more. */
  close(error?: Error): void {
    if (this.isDestroyed) return
    this.isDestroyed = true
    if (error !== undefined) this.#emit('error', error)
    this.#emit('close')
  }

  drain(): void {
    this.isFull = false
    this.#emit('drain')
  }

  /** The router says something. */
  say(...messages: readonly Message[]): void {
    for (const message of messages) this.sayOctets(encodeMessage(message, this.context))
  }

  sayOctets(octets: Uint8Array): void {
    this.#emit('data', octets)
  }

  /** What the router has heard since it was asked last. */
  heard(): readonly Message[] {
    const messages: Message[] = []
    for (let next = this.#framer.next(); next !== undefined; next = this.#framer.next())
      messages.push(decodeMessage(next, this.context))
    return messages
  }
}

/** A router at the other end of all sockets. */
export class FakeRouter implements PeerSockets {
  /** Connections that it was asked for, the oldest first. */
  readonly calls: FakeSocket[] = []
  readonly called: TcpPeer[] = []
  /** Whom its listener takes connections of. */
  listened: readonly TcpPeer[] = []
  refusal: Error | undefined
  isListening = false
  #taker: ConnectionTaker | undefined

  connect(to: TcpPeer): FakeSocket {
    if (this.refusal !== undefined) throw this.refusal
    const socket = new FakeSocket()
    this.calls.push(socket)
    this.called.push(to)
    return socket
  }

  async listen(_port: number, taker: ConnectionTaker): Promise<PeerListener> {
    if (this.refusal !== undefined) throw this.refusal
    this.isListening = true
    this.#taker = taker
    return {
      setPeers: (peers) => {
        this.listened = peers
      },
      close: () => {
        this.isListening = false
      },
    }
  }

  /** It connects by itself. */
  call(peer = this.listened[0]!): FakeSocket {
    const socket = new FakeSocket()
    this.#taker!.accepted(socket, peer)
    return socket
  }

  /** Somebody destroys the listening socket. */
  failListening(): void {
    this.isListening = false
    this.#taker!.failed(new Error('somebody has destroyed the socket'))
  }

  get last(): FakeSocket {
    return this.calls.at(-1)!
  }
}

/** The OPEN of a router of AS 65002 with the identifier 10.0.0.2. */
export const openOf = ({
  capabilities,
  ...more
}: Partial<Omit<Open, 'capabilities'>> & { capabilities?: Partial<Capabilities> } = {}): Open => ({
  type: 'open',
  asn: 65002,
  holdSeconds: 90,
  identifier: 0x0a000002,
  ...more,
  capabilities: {
    families: ['IPv4', 'IPv6'],
    fourOctetAs: more.asn ?? 65002,
    routeRefresh: true,
    gracefulRestart: undefined,
    ...capabilities,
  },
})

/** Goes on to Established; what was heard until then is forgotten. */
export const establish = (socket: FakeSocket, open: Open = openOf()): FakeSocket => {
  socket.connect()
  socket.say(open)
  socket.heard()
  socket.say({ type: 'keepalive' })
  return socket
}
