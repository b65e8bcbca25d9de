import { createServer as createHttpServer, type IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttp2Server, createSecureServer, type Http2SecureServer } from 'node:http2'
import { createServer as createTcpServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { echoRequest, type Request, type Response } from './echo-request.ts'
import { type GentleServer, gently } from './gentle.ts'
import type { GatewaySettings } from './settings.ts'
import { isImposter } from './tls-facts.ts'
import { serveWebSocket, wantsWebSocket } from './websocket.ts'

/** Go takes a head of this size; Node.js would refuse one of more than 16 KiB. */
const HEAD = { maxHeaderSize: 1 << 20 }
const PREFACE = 'PRI * HTTP/2.0'
const IDLE_MS = 75_000
const FIRST_OCTETS_MS = 5000

const plain = (response: Response, status: number, text: string): void => {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('content-length', Buffer.byteLength(text))
  response.statusCode = status
  response.end(text)
}

/** What the servers of HTTP are told beside. */
export interface HttpSettings {
  /** As the environment has it. */
  readonly httpPort: string
  /** Given the line that is told of each request: the conformance tests of mirrors look for it in the pod's log. */
  readonly say: (line: string) => void
}

/** The paths of the server: `/health`, `/status/CODE`, and the echo at all others. */
const handlerOf =
  (settings: GatewaySettings, http: HttpSettings) =>
  (request: Request, response: Response): void => {
    const url = request.url ?? '/'
    const path = url.split('?')[0]!.replaceAll('//', '/')
    request.resume()
    if (path === '/health') plain(response, 200, 'OK')
    else if (path === '/ws') plain(response, 400, 'Expected a WebSocket\n')
    else if (path.startsWith('/status/')) {
      response.statusCode = Number(/^\/status\/([2-9]\d\d)$/.exec(url)?.[1] ?? 400)
      response.end()
    } else void echoRequest(request, response, { context: settings.context, ...http })
  }

/** Whoever asks for another protocol than the one that is here is answered in the one he speaks (RFC 9110, 7.8). */
const upgrade =
  (handle: (request: Request, response: Response) => void) =>
  (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (wantsWebSocket(request) && request.url?.split('?')[0] === '/ws') {
      serveWebSocket(request, socket, head)
      return
    }
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as import('node:net').Socket)
    response.on('finish', () => socket.end())
    socket.on('error', () => socket.destroy())
    handle(request, response)
  }

/** HTTP/1.1 alone, with WebSockets at `/ws`. */
export const plainServer = (settings: GatewaySettings, http: HttpSettings): GentleServer => {
  const handle = handlerOf(settings, http)
  const server = createHttpServer({ ...HEAD, keepAliveTimeout: IDLE_MS }, handle)
  server.on('upgrade', upgrade(handle))
  return gently(server)
}

/** HTTP/2 and HTTP/1.1 over TLS, by ALPN. */
export const tlsServer = (settings: GatewaySettings, http: HttpSettings): GentleServer => {
  const { cert, key, ca } = settings.tls!
  const handle = handlerOf(settings, http)
  // Who has no certificate is let in, and who shows another's is not: `rejectUnauthorized` would refuse both.
  const asked = ca && { ca, requestCert: true, rejectUnauthorized: false }
  const server: Http2SecureServer = createSecureServer({ cert, key, ...asked, allowHTTP1: true, ...HEAD })
  server.prependListener('secureConnection', (socket) => {
    if (ca !== undefined && isImposter(socket)) socket.destroy()
  })
  server.on('request', handle)
  server.on('upgrade', upgrade(handle))
  return gently(server)
}

/** HTTP/2 without TLS, for those who know that it is there; others are told. */
export const h2cServer = (settings: GatewaySettings, http: HttpSettings): GentleServer => {
  const http2 = createHttp2Server()
  const echo = (request: Request, response: Response): void =>
    void echoRequest(request, response, { context: settings.context, ...http })
  http2.on('request', echo)
  const http1 = createHttpServer({ ...HEAD, keepAliveTimeout: IDLE_MS }, (request, response) =>
    plain(request.resume() && response, 400, 'Expected h2c request'),
  )
  // The offer to go on with HTTP/2 need not be taken.
  http1.on(
    'upgrade',
    upgrade((request, response) =>
      request.headers.upgrade === 'h2c' ? echo(request, response) : plain(response, 400, 'Expected h2c request'),
    ),
  )
  const server: Server = createTcpServer((socket) => {
    let first: Buffer = Buffer.alloc(0)
    const give = (chosen: { emit(event: 'connection', socket: Duplex): boolean }): void => {
      socket.off('data', look).off('error', drop).setTimeout(0).off('timeout', drop).pause()
      socket.unshift(first)
      chosen.emit('connection', socket)
      // HTTP/2 of Node.js takes what was put back when it is ready.
      if (chosen === http1) socket.resume()
    }
    const drop = (): unknown => socket.destroy()
    const look = (data: Buffer): void => {
      first = Buffer.concat([first, data])
      const text = first.toString('latin1', 0, PREFACE.length)
      if (!PREFACE.startsWith(text)) give(http1)
      else if (text.length === PREFACE.length) give(http2)
    }
    socket.on('data', look).on('error', drop).setTimeout(FIRST_OCTETS_MS).on('timeout', drop)
  })
  return gently(server, http2, http1)
}
