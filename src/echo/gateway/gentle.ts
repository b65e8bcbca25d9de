import type { EventEmitter } from 'node:events'
import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Server, Socket } from 'node:net'

/** A server that ends gently: what is in flight is answered. */
export interface GentleServer {
  readonly server: Server
  /** Goes on, and answers that a connection has had its last request, so that clients go elsewhere. */
  announce(): void
  /** Accepts nothing more; resolves when nothing is in flight. */
  finish(): Promise<void>
  /** Drops everything at once. */
  close(): void
}

/**
 * Watches a server. `others`: those that it hands its connections to. Conversations without requests, which are WebSockets and all
 * of a server without requests, have no end of their own, and are ended.
 */
export const gently = (server: Server, ...others: readonly EventEmitter[]): GentleServer => {
  const sockets = new Set<Socket>()
  const endless = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const all = [server, ...others]
  const hasRequests = all.some((one) => one.listenerCount('request') + one.listenerCount('stream') > 0)
  let isLast = false
  const keep = (set: Set<Socket>, socket: Socket): void => {
    set.add(socket)
    socket.on('close', () => set.delete(socket))
  }
  server.on('connection', (socket: Socket) => keep(hasRequests ? sockets : endless, socket))
  for (const one of all) {
    one.on('session', (session: ServerHttp2Session) => {
      sessions.add(session)
      session.on('error', () => session.destroy())
      session.on('close', () => sessions.delete(session))
    })
    if (one.listenerCount('upgrade') > 0)
      one.prependListener('upgrade', (_: unknown, socket: Socket) => keep(endless, socket))
    // A listener of HTTP/2's requests takes its streams: only where there is one already.
    if (one.listenerCount('request') > 0)
      one.prependListener('request', (_: unknown, response: ServerResponse) => {
        if (isLast && !('stream' in response)) response.setHeader('connection', 'close')
      })
  }
  return {
    server,
    announce() {
      isLast = true
    },
    async finish() {
      isLast = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const session of sessions) session.close()
      for (const socket of endless) socket.end()
      for (const one of others) (one as Partial<HttpServer>).closeIdleConnections?.()
      await closed
    },
    close() {
      server.close()
      for (const session of sessions) session.destroy()
      for (const socket of [...sockets, ...endless]) socket.destroy()
    },
  }
}
