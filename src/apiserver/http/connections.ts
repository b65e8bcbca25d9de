import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { HEADER_LIMIT } from './answer/client-error.ts'

/** What becomes of what comes over a connection. */
export interface ConnectionHandler {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** For what is no request at all: the server's event `clientError`. */
  clientError(error: Error, socket: Duplex): void
}

/** How long a connection may take to be made, and then to send the head of its first request, milliseconds. */
export const FIRST_HEAD = 30_000

/** What a connection can be led to another protocol for; the rest of what clients offer is passed over, as HTTP has it. */
const UPGRADED = /\/(?:exec|attach|portforward|log|proxy)(?:[/?]|$)/

export const HTTP_OPTIONS: ServerOptions & { shouldUpgradeCallback(request: IncomingMessage): boolean } = {
  maxHeaderSize: HEADER_LIMIT,
  // A missing Host is refused with a Status.
  requireHostHeader: false,
  // Who went without a word is noticed: watches and sessions may be silent for hours.
  keepAlive: true,
  keepAliveInitialDelay: 15_000,
  shouldUpgradeCallback: ({ url = '' }) => UPGRADED.test(url),
}

/** `opened`: the server's event of a connection that is ready for its first request. */
export const serveConnections = (
  server: Server,
  opened: 'connection' | 'secureConnection',
  { handle, upgrade, clientError }: ConnectionHandler,
): void => {
  server.on('request', handle)
  server.on('checkExpectation', handle)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response)
    handle(request, response)
  })
  server.on('upgrade', upgrade)
  server.on('connect', upgrade)
  server.on('clientError', clientError)
  server.on(opened, endIdle)
  // Node.js leaves out what is past a number of headers, silently; their octets are limited all the same.
  server.maxHeadersCount = 0
  // Watches and logs stay open for as long as they like; a client that never finishes its headers does not.
  server.requestTimeout = 0
  server.headersTimeout = 30_000
  server.keepAliveTimeout = 120_000
}

/** Node.js waits without end for the first octet of a connection. */
const endIdle = (socket: Socket): void => {
  const timer = setTimeout(() => {
    if (socket.bytesRead === 0) socket.destroy()
  }, FIRST_HEAD).unref()
  socket.once('close', () => clearTimeout(timer))
}

/**
 * A client that waits with its body is told to send it when somebody begins to read it: who is refused before sends
 * none. What would come after such a refusal could be the body as well as a request, so that the connection ends there.
 */
const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  response.setHeader('Connection', 'close')
  request.once('resume', () => {
    if (response.headersSent) return
    response.removeHeader('Connection')
    response.writeContinue()
  })
}
