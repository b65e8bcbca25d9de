import { connectTcp } from '#kernel/socket.ts'
import type { Dialer } from '#kubelet/pod-network.ts'

/** Connects from the network namespace at `path`. */
export function createDialer(path: string): Dialer {
  return { connect: (address, port) => connectTcp(path, address, port) }
}
