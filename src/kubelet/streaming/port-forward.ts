import type { Duplex } from 'node:stream'
import { errorText } from '../kubelet-error.ts'
import { SpdyConnection } from './spdy/spdy-connection.ts'
import type { SpdyStream } from './spdy/spdy-stream.ts'
import { acceptSpdy, listHeader, type UpgradeRequest } from './upgrade.ts'
import { openWebSocket } from './websocket.ts'

const PROTOCOL = 'portforward.k8s.io'
/** SPDY frames in WebSocket messages. */
const TUNNEL = `SPDY/3.1+${PROTOCOL}`
const PAIR_TIMEOUT_MS = 30_000

/** Connects to a port within the pod. Rejects, or the connection emits an error later, where nothing answers. */
export type PodDialer = (port: number) => Promise<Duplex>

/** Answers a SPDY upgrade; false, and nothing answered, where the client does not offer the protocol. */
export function forwardBySpdy(upgrade: UpgradeRequest, dial: PodDialer): boolean {
  if (!listHeader(upgrade.request, 'x-stream-protocol-version').includes(PROTOCOL)) return false
  acceptSpdy(upgrade, PROTOCOL)
  serve(upgrade.socket, upgrade.head, dial)
  return true
}

/** Answers a WebSocket upgrade by the SPDY tunnel; false, and nothing answered, where the client does not offer it. */
export async function forwardByTunnel(upgrade: UpgradeRequest, dial: PodDialer): Promise<boolean> {
  const { createWebSocketStream } = await import('ws')
  const opened = await openWebSocket(upgrade, [TUNNEL], (socket) => {
    serve(createWebSocketStream(socket, { allowHalfOpen: true }), Buffer.alloc(0), dial)
    return true
  })
  return opened ?? false
}

interface Pair {
  error?: SpdyStream
  data?: SpdyStream
  readonly timer: NodeJS.Timeout
}

/** Each connection of the client is two streams with one requestID: its bytes, and the words where it fails. */
function serve(socket: Duplex, head: Buffer, dial: PodDialer): void {
  const pairs = new Map<string, Pair>()
  new SpdyConnection(socket, head, {
    onStream: (stream) => {
      const { streamtype, port: portText = '', requestid: id } = stream.headers
      const port = Number(portText)
      if (!/^\d+$/.test(portText) || port < 1 || port > 65535 || (streamtype !== 'error' && streamtype !== 'data'))
        return false
      stream.on('error', () => undefined)
      // Clients before 1.2 numbered no requests: the error stream comes right before its data stream then.
      const key = id ?? String(streamtype === 'error' ? stream.id : stream.id - 2)
      let pair = pairs.get(key)
      if (pair === undefined) {
        const timer = setTimeout(() => {
          const late = pairs.get(key)
          pairs.delete(key)
          late?.error?.destroy()
          late?.data?.destroy()
        }, PAIR_TIMEOUT_MS)
        pair = { timer }
        pairs.set(key, pair)
      }
      if (pair[streamtype] !== undefined) return false
      pair[streamtype] = stream
      if (pair.error !== undefined && pair.data !== undefined) {
        clearTimeout(pair.timer)
        pairs.delete(key)
        void connect(pair.data, pair.error, port, dial)
      }
      return true
    },
    onClose: () => {
      for (const { timer } of pairs.values()) clearTimeout(timer)
    },
  })
}

async function connect(data: SpdyStream, error: SpdyStream, port: number, dial: PodDialer): Promise<void> {
  error.resume()
  try {
    await join(data, await dial(port))
    error.end()
  } catch (cause) {
    error.end(`error forwarding port ${port}: ${errorText(cause)}`)
    data.end()
    data.resume()
  }
}

/**
 * Copies both ways until both have ended; each end passes on by itself (a half-close), a break takes both down. Rejects
 * where the pod's side fails.
 */
function join(client: SpdyStream, target: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    let open = 2
    const ended = (): void => {
      open -= 1
      if (open === 0) resolve()
    }
    target.once('error', (error) => {
      reject(error)
      target.destroy()
    })
    client.once('close', () => {
      if (!client.readableEnded) target.destroy()
      resolve()
    })
    client.once('end', ended)
    target.once('end', ended)
    target.once('close', () => {
      if (!client.writableEnded) client.end()
    })
    client.pipe(target)
    target.pipe(client)
  })
}
