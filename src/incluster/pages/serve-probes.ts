import { createServer, type Server } from 'node:http'
import { handlerOf, type Pages } from './pages.ts'

/**
 * Answers a kubelet's probes on the node's loopback: what is served there is everybody's on the node. Resolves, once it
 * listens, with what closes it. Rejects with Node's error.
 */
export const serveProbes = async (port: number, pages: Pages): Promise<() => void> => {
  const server = createServer(handlerOf(pages))
  await listenOnLoopback(server, port)
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

const listenOnLoopback = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
