import type { Server } from 'node:net'
import { KernelError } from '../kernel-error.ts'
import { libc } from '../libc.ts'
import { GETSOCKOPT, SOL_SOCKET } from '../socket-calls.ts'

/** asm-generic/socket.h: whether a socket listens. */
const SO_ACCEPTCONN = 30
/** Between looks, milliseconds. As long Node.js may turn at full speed. */
const LOOK_MS = 1_000

interface KeptListener {
  readonly fd: number
  /** `172.30.0.2:53` */
  readonly at: string
}

const kept = new Map<Server, KeptListener>()
let isLooking = false

/**
 * Looks now and then whether a server's socket still listens. Where somebody has destroyed it (`ss -K`), Node.js is woken
 * without end and never told why: the server is closed, and fails with KernelError SOCKET_FAILED.
 */
export function keepListener(server: Server, listener: KeptListener): void {
  kept.set(server, listener)
  if (!isLooking) setInterval(look, LOOK_MS).unref()
  isLooking = true
}

function look(): void {
  for (const [server, { fd, at }] of kept) {
    // Once it is closed, its descriptor may be another's.
    if (!server.listening) kept.delete(server)
    else if (!isListening(fd)) {
      server.close()
      const message = 'somebody has destroyed the socket'
      server.emit('error', new KernelError('SOCKET_FAILED', { operation: 'listen', object: at, message }))
    }
  }
}

function isListening(fd: number): boolean {
  const value = new Int32Array(1)
  libc(GETSOCKOPT)(fd, SOL_SOCKET, SO_ACCEPTCONN, value, Int32Array.of(value.byteLength))
  return value[0] === 1
}
