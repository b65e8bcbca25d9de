import type { WebSocket, WebSocketServer } from 'ws'

import { listHeader, type UpgradeRequest } from './upgrade.ts'

let server: Promise<WebSocketServer> | undefined

/** Answers a WebSocket upgrade with the first of `protocols` that the client offers. Undefined, and nothing answered, where it offers none. */
export async function openWebSocket(
  upgrade: UpgradeRequest,
  protocols: readonly string[],
): Promise<{ readonly socket: WebSocket; readonly protocol: string } | undefined> {
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
  return await new Promise((resolve) => {
    ready.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => resolve({ socket, protocol }))
  })
}
