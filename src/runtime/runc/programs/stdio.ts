import type { Socket } from 'node:net'

/** What is kept for whoever joins first, octets; what comes after is in the log alone. */
const KEPT = 64 * 1024

/** A container's own stdio through conmon, whose packets begin with their stream. */
export interface Stdio {
  readonly socket: Socket
  /** From now on packets go there, those first that have come already; false: no more until the socket is resumed. */
  join(take: (packet: Uint8Array) => boolean): void
}

/** Connects to conmon's attach socket. Rejects with the system's error. */
export const openStdio = async (path: string): Promise<Stdio> => {
  // Loaded on first use: it brings FFI into the process.
  const { connectSeqpacket } = await import('#kernel/sockets/unix-seqpacket.ts')
  const kept: Uint8Array[] = []
  let octets = 0
  let taker: ((packet: Uint8Array) => boolean) | undefined
  const socket = connectSeqpacket(path, {
    onPacket: (packet) => {
      if (taker) return taker(packet)
      octets += packet.length
      // Copied: the buffer is used again for the next packet.
      if (octets <= KEPT) kept.push(Uint8Array.from(packet))
      return true
    },
  })
  socket.on('error', () => socket.destroy())
  socket.once('end', () => socket.destroy())
  return {
    socket,
    join(take) {
      for (const packet of kept.splice(0)) take(packet)
      taker = take
    },
  }
}
