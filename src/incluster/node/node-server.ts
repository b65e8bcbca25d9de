import { createServer, type RequestListener, type Server } from 'node:http'
import { listenOnSocket } from '#agent/server/listen-on-socket.ts'

/** What is answered at a path; `status` is 200 where it is left out. */
interface Page {
  readonly status?: number
  readonly body: object
}

/** By path, what is asked with the query behind it. */
type Pages = Readonly<Record<string, (query: URLSearchParams) => Page | Promise<Page>>>

/** Answers GET of these paths in JSON, and nothing else. */
const handlerOf =
  (pages: Pages): RequestListener =>
  (request, response) => {
    const answer = ({ status = 200, body }: Page): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
      response.end(JSON.stringify(body))
    }
    const [path = '/', query] = (request.url ?? '/').split('?')
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (page === undefined)
      return answer({ status: 404, body: { error: `served are ${Object.keys(pages).join(', ')}` } })
    if (request.method !== 'GET') return answer({ status: 405, body: { error: 'only GET is served' } })
    void (async () => page(new URLSearchParams(query)))().then(answer, (error: Error) =>
      answer({ status: 500, body: { error: error.message } }),
    )
  }

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
  const outside = createServer(handlerOf(probes.pages))
  await listenOnLoopback(outside, probes.port)
  return () => {
    for (const server of [inside, outside]) {
      server.close()
      server.closeAllConnections()
    }
  }
}

const listenOnLoopback = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
