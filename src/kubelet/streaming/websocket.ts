import type { WebSocket, WebSocketServer } from 'ws'

import { listHeader, type UpgradeRequest } from './upgrade.ts'

let server: Promise<WebSocketServer> | undefined

/**
 * Answers a WebSocket upgrade with the first of `protocols` that the client offers, and gives what `use` makes of the socket. `use` is called at once: a first
 * message may have come with the request, and is emitted before any promise settles. Undefined, and nothing answered, where the client offers none.
 */
export async function openWebSocket<T>(
  upgrade: UpgradeRequest,
  protocols: readonly string[],
  use: (socket: WebSocket, protocol: string) => T,
): Promise<T | undefined> {
  const offered = listHeader(upgrade.request, 'sec-websocket-protocol')
  const protocol = protocols.find((name) => offered.includes(name))
  if (protocol === undefined) return undefined
  server ??= import('ws').then(
    ({ WebSocketServer }) =>
      new WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        maxPayload: 4 << 20,
        // Chosen by us before: the library only asks which to name.
        handleProtocols: (names, request) =>
          (request as { chosenProtocol?: string }).chosenProtocol ?? [...names][0] ?? false,
      }),
  )
  const ready = await server
  Object.assign(upgrade.request, { chosenProtocol: protocol })
  return await new Promise((resolve, reject) => {
    // The library answers a malformed request by itself, and says nothing to us.
    upgrade.socket.once('close', () => reject(new Error('the client left')))
    ready.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => resolve(use(socket, protocol)))
  })
}
