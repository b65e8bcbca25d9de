import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { HEADER_LIMIT } from './http/answer/client-error.ts'
import type { Pki } from './pki/pki.ts'

/** A missing Host is refused here, with a Status. */
export const HTTP_OPTIONS = { maxHeaderSize: HEADER_LIMIT, requireHostHeader: false }

/**
 * HTTP/1.1 only: exec, attach and port-forward upgrade a connection, which HTTP/2 has no word for in Node.js
 * (docs/adr/0012-http.md).
 */
export const tlsServer = async (
  pki: Pki,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> => {
  const { createServer } = await import('node:https')
  return createServer(
    {
      ...HTTP_OPTIONS,
      cert: pki.server.certificate,
      key: pki.server.key,
      ca: pki.ca.certificate,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      // A certificate is asked for and judged by us: without one there may be a token.
      requestCert: true,
      rejectUnauthorized: false,
    },
    handle,
  )
}
