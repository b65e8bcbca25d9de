import { once } from 'node:events'
import { get, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** Loopback ports in the place of a node's addresses: `address port` → the port that was really opened. */
export class LoopbackNetwork {
  readonly opened = new Map<string, number>()
  readonly taken = new Set<string>()
  readonly #servers = new Map<string, Server>()
  readonly listen = async (host: string, port: number, server: Server = createServer()): Promise<Server> => {
    if (this.taken.has(host)) throw new Error(`EADDRINUSE ${host}:${port}`)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const key = `${host} ${port}`
    this.opened.set(key, (server.address() as AddressInfo).port)
    this.#servers.set(key, server)
    server.on('close', () => this.opened.delete(key))
    return server
  }
  /** Somebody destroys the socket of an `address port`, as listenTcp() of kernel/ tells of it. */
  destroy(key: string): void {
    const server = this.#servers.get(key)
    server?.close()
    server?.emit('error', new Error(`somebody has destroyed ${key}`))
  }
  ask(key: string, path = '/'): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
    return new Promise((resolve, reject) => {
      get({ port: this.opened.get(key), path, agent: false, host: '127.0.0.1' }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
      }).on('error', reject)
    })
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
/** Sockets of this process are heard by then. */
export const settle = async () => {
  for (let i = 0; i < 5; i++) await turn()
}
