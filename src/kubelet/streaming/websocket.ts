import type { IncomingMessage } from 'node:http'
import type { WebSocket, WebSocketServer } from 'ws'

import { listHeader, type UpgradeRequest } from './upgrade.ts'

/** How often a client is asked whether it is still there, milliseconds. */
const PING_MS = 30_000

let server: Promise<WebSocketServer> | undefined
const chosen = new WeakMap<IncomingMessage, string>()

/**
 * Answers a WebSocket upgrade with the first of `protocols` that the client offers ('' for one that offers none), and gives what `use` makes of the
 * socket. `use` is called at once: a first message may have come with the request, and is emitted before any promise
 * settles. Undefined, and nothing answered, where the client offers none.
 */
export async function openWebSocket<T>(
  upgrade: UpgradeRequest,
  protocols: readonly string[],
  use: (socket: WebSocket, protocol: string) => T,
): Promise<T | undefined> {
  const offered = listHeader(upgrade.request, 'sec-websocket-protocol')
  const protocol = protocols.find((name) => (name === '' ? offered.length === 0 : offered.includes(name)))
  if (protocol === undefined) return undefined
  server ??= import('ws').then(({ WebSocketServer }) => {
    const created = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 4 << 20 })
    created.on('headers', (lines: string[], request: IncomingMessage) => {
      const protocol = chosen.get(request)
      if (protocol) lines.push(`Sec-WebSocket-Protocol: ${protocol}`)
    })
    return created
  })
  const ready = await server
  // The library refuses the name SPDY/3.1+portforward.k8s.io, since RFC 6455 allows no slash in one; so the choice is
  // ours alone.
  chosen.set(upgrade.request, protocol)
  delete upgrade.request.headers['sec-websocket-protocol']
  return await new Promise((resolve, reject) => {
    // The library answers a malformed request by itself, and says nothing to us.
    upgrade.socket.once('close', () => reject(new Error('the client left')))
    ready.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      keepTrying(socket)
      resolve(use(socket, protocol))
    })
  })
}

/** Whoever is not read sees no end of the connection: what is sent fails where the client has gone. */
const keepTrying = (socket: WebSocket): void => {
  const timer = setInterval(() => socket.ping(), PING_MS).unref()
  socket.once('close', () => clearInterval(timer))
}
