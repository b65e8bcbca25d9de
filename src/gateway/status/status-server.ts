import { createServer, type Server } from 'node:http'

/** By paths: what is answered, and whether all is well. */
type Pages = Readonly<
  Record<string, () => Promise<{ readonly isWell?: boolean; readonly type?: string; readonly text: string }>>
>

/** Serves pages to whoever asks, on all addresses. Rejects with Node's error where the port is taken. */
export const startStatusServer = async (port: number, pages: Pages): Promise<Server> => {
  const server = createServer((request, response) => {
    // What is asked for may be no path at all.
    const path = request.url?.split('?')[0] ?? '/'
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined
    if (!page || request.method !== 'GET') {
      response.writeHead(page ? 405 : 404).end()
      return
    }
    page().then(
      ({ isWell = true, type = 'text/plain; charset=utf-8', text }) =>
        response.writeHead(isWell ? 200 : 503, { 'content-type': type }).end(text),
      (error: Error) => response.writeHead(500).end(`${error.message}\n`),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
  return server
}
