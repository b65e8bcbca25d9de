import type { Socket as DatagramSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'
import type { Client } from '#client/client.ts'
import type { Clock } from '#clock/clock.ts'
import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'

/** Where parts run: a node, or the fabric between nodes. */
export interface Place {
  readonly name: string
  readonly kernel: PlaceKernel
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly log: (message: string, error?: unknown) => void
}

/** What parts ask of a kernel, all of it in the place's own network namespace. */
export interface PlaceKernel {
  /** Path of the network namespace. */
  readonly namespace: string
  /** What the kernel has not, nothing is bound to. */
  readonly hasIpv6: boolean
  nftables(): Nftables
  conntrack(): Conntrack
  /** Throws KernelError SOCKET_FAILED, as the next; the server fails with it where somebody destroys its socket. */
  listen(host: string, port: number, server?: Server): Promise<Server>
  datagrams(host: string, port: number): DatagramServer
  /** A socket to ask from, at any port of that address. */
  udp(host: string): Promise<DatagramSocket>
  connect(address: string, port: number): Socket
}
