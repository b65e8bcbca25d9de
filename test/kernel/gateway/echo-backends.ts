import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a backend was asked, by which key it was. */
export interface Echo {
  readonly backend: string
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** Small servers that tell what they got, and keep it. */
export class EchoBackends {
  readonly ports = new Map<string, number>()
  readonly heard: Echo[] = []
  readonly #servers: Server[] = []

  /** `headers`: what they answer beside, as lines. */
  static async start(
    keys: readonly string[],
    headers: readonly (readonly [string, string])[] = [],
  ): Promise<EchoBackends> {
    const all = new EchoBackends()
    for (const backend of keys) {
      const server = createServer((request, response) => {
        let body = ''
        request.on('data', (data) => {
          body += data
        })
        request.on('end', () => {
          const echo: Echo = {
            backend,
            method: request.method ?? '',
            target: request.url ?? '',
            headers: pairs(request.rawHeaders),
            body,
          }
          all.heard.push(echo)
          const text = JSON.stringify(echo)
          response.writeHead(200, [...headers, ['content-length', String(Buffer.byteLength(text))]].flat())
          response.end(text)
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      all.ports.set(backend, (server.address() as AddressInfo).port)
      all.#servers.push(server)
    }
    return all
  }

  stop(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
  }
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] as string] as const] : []))
}
