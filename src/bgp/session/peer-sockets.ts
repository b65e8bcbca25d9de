import type { TcpPeer } from '#net/tcp-peer.ts'

/** A TCP connection as Node.js has it: `node:net`'s Socket is one. */
export interface PeerSocket {
  /** Undefined once it is closed. */
  readonly localAddress?: string | undefined
  /** False: the kernel takes no more for now, and `drain` will say when. */
  write(octets: Uint8Array): boolean
  /** Closes our side when what was written has gone. */
  end(): unknown
  destroy(): unknown
  /** `close` comes last, and always. */
  on(event: 'connect' | 'drain' | 'close', listener: () => void): unknown
  on(event: 'data', listener: (octets: Uint8Array) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** What takes connections of peers. */
export interface PeerListener {
  /** Whose connections are taken from now on: others are closed at once. */
  setPeers(peers: readonly TcpPeer[]): void
  close(): void
}

/** Who has a listener. */
export interface ConnectionTaker {
  /** Whose a connection is, is told as `setPeers()` had it. */
  accepted(socket: PeerSocket, peer: TcpPeer): void
  /** It listens no more. */
  failed(error: Error): void
}

/** Where sockets come from: the kernel room's, in a network namespace, or a test's. */
export interface PeerSockets {
  /** Begins a connection: `connect` or `error` follows. Throws where the kernel refuses an option. */
  connect(to: TcpPeer): PeerSocket
  /** At all addresses. Rejects where the port is another's. */
  listen(port: number, taker: ConnectionTaker): Promise<PeerListener>
}
