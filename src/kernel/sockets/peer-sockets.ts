import { createServer, type Server, type Socket } from 'node:net'
import { tryAddressBytes } from '#net/ip-address.ts'
import type { TcpPeer } from '#net/tcp-peer.ts'
import { hasIpv6 } from '../namespaces/ipv6.ts'
import { boundListener, connectTcp, descriptorOf, serveListener } from './socket.ts'
import { setHopLimits, setMd5Key } from './tcp-options.ts'

/** What takes connections of known peers. */
interface PeerListener {
  setPeers(peers: readonly TcpPeer[]): void
  close(): void
}

interface ConnectionTaker {
  accepted(socket: Socket, peer: TcpPeer): void
  failed(error: Error): void
}

const octets = (address: string): string => String(tryAddressBytes(address.replace(/%.*/, '')))

/** A listener of one family. */
class FamilyListener {
  readonly #fd: number
  readonly #keys = new Map<string, string>()

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Gives those whose connections may be taken: of one whose key the kernel refuses none may, for they would not be signed. */
  setPeers(peers: readonly TcpPeer[]): readonly TcpPeer[] {
    const keys = new Map(
      peers.flatMap(({ address, password }) => (password === undefined ? [] : [[address, password]])),
    )
    for (const [address, password] of this.#keys)
      if (keys.get(address) !== password) {
        setMd5Key(this.#fd, address, undefined)
        this.#keys.delete(address)
      }
    return peers.filter(({ address, password }) => password === undefined || this.#hasKey(address, password))
  }

  #hasKey(address: string, password: string): boolean {
    if (this.#keys.has(address)) return true
    try {
      setMd5Key(this.#fd, address, password)
    } catch {
      return false
    }
    this.#keys.set(address, password)
    return true
  }
}

/**
 * TCP sockets with known peers, in the network namespace at `path`: how each peer's packets go is set before the first one
 * does. Both throw KernelError SOCKET_FAILED, NAMESPACE_UNKNOWN.
 */
export const peerSockets = (path: string) => ({
  // A withdrawal must not wait for what the peer acknowledges of the message before it.
  connect: (peer: TcpPeer): Socket => connectTcp(path, peer.address, peer.port, peer).setNoDelay(),

  async listen(port: number, taker: ConnectionTaker): Promise<PeerListener> {
    let peers: readonly TcpPeer[] = []
    const servers: Server[] = []
    const listeners = new Map<'IPv4' | 'IPv6', FamilyListener>()
    const close = (): void => {
      for (const server of servers.splice(0)) server.close()
    }
    const take = (socket: Socket): void => {
      const remote = octets(socket.remoteAddress ?? '')
      const [, zone] = socket.remoteAddress?.split('%') ?? []
      const peer = peers.find((one) => octets(one.address) === remote && one.zone === zone)
      if (peer === undefined) {
        socket.destroy()
        return
      }
      try {
        setHopLimits(descriptorOf(socket), peer)
      } catch {
        // The peer was gone before it was greeted.
        socket.destroy()
        return
      }
      taker.accepted(socket.setNoDelay(), peer)
    }
    try {
      for (const [family, host] of [
        ['IPv4', '0.0.0.0'],
        ['IPv6', '::'],
      ] as const) {
        if (family === 'IPv6' && !hasIpv6()) continue
        const fd = boundListener(path, host, port)
        listeners.set(family, new FamilyListener(fd))
        servers.push(await serveListener(fd, `${host}:${port}`, createServer(take)))
      }
    } catch (error) {
      close()
      throw error
    }
    for (const server of servers)
      server.on('error', (error) => {
        // Once for both.
        if (servers.length > 0) taker.failed(error)
        close()
      })
    return {
      setPeers: (next) => {
        peers = [...listeners].flatMap(([family, listener]) =>
          listener.setPeers(next.filter(({ address }) => address.includes(':') === (family === 'IPv6'))),
        )
      },
      close,
    }
  },
})
