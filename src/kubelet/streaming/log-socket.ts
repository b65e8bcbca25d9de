import type { WebSocket } from 'ws'
import type { UpgradeRequest } from './upgrade.ts'
import { openWebSocket } from './websocket.ts'

const TEXT = 'base64.binary.k8s.io'
/** A client that asks for none is given the octets. */
const PROTOCOLS = ['binary.k8s.io', TEXT, '']

/** A log that travels through a WebSocket. */
interface LogSocket {
  /** Resolves when the kernel has taken it. */
  write(chunk: Buffer): Promise<void>
  end(): void
  /** Aborted where the client leaves. */
  readonly signal: AbortSignal
}

/** Answers a WebSocket upgrade of a log. Undefined, and nothing answered, where the client offers no protocol of ours. */
export const openLogSocket = (upgrade: UpgradeRequest): Promise<LogSocket | undefined> =>
  openWebSocket(upgrade, PROTOCOLS, (socket: WebSocket, protocol) => {
    const gone = new AbortController()
    socket.on('error', () => gone.abort())
    socket.on('close', () => gone.abort())
    return {
      signal: gone.signal,
      write: (chunk) =>
        new Promise((resolve) => {
          const message = protocol === TEXT ? chunk.toString('base64') : chunk
          // A client that has left is told by the signal.
          socket.send(message, () => resolve())
        }),
      end: () => socket.close(1000),
    }
  })
