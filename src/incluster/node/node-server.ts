import { createServer } from 'node:http'
import { listenOnSocket } from '#agent/server/listen-on-socket.ts'
import { handlerOf, type Pages } from '../pages/pages.ts'
import { serveProbes } from '../pages/serve-probes.ts'

interface NodeServerOptions {
  /** Unix socket, mode 0600: who may enter the agent's pod asks there. */
  readonly socket: string
  readonly pages: Pages
  /** On the node's loopback, for the kubelet's probes alone: what it serves tells nothing that is not everybody's. */
  readonly probes: { readonly port: number; readonly pages: Pages }
}

/** The agent's doors. Resolves, once it listens, with what closes them. Rejects with Node's error. */
export const serveNode = async ({ socket, pages, probes }: NodeServerOptions): Promise<() => void> => {
  const inside = createServer(handlerOf(pages))
  await listenOnSocket(inside, socket)
  const closeProbes = await serveProbes(probes.port, probes.pages)
  return () => {
    closeProbes()
    inside.close()
    inside.closeAllConnections()
  }
}
