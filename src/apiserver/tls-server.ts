import { constants } from 'node:crypto'
import type { Server } from 'node:http'
import { FIRST_HEAD, HTTP_OPTIONS } from './http/connections.ts'
import type { Pki } from './pki/pki.ts'

/**
 * HTTP/1.1 only: exec, attach and port-forward upgrade a connection, which HTTP/2 has no word for in Node.js
 * (docs/adr/0012-http.md).
 */
export const tlsServer = async (pki: Pki): Promise<Server> => {
  const { createServer } = await import('node:https')
  return createServer({
    ...HTTP_OPTIONS,
    cert: pki.server.certificate,
    key: pki.server.key,
    ca: pki.ca.certificate,
    minVersion: 'TLSv1.2',
    // Who somebody is is asked once, when a connection begins.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: FIRST_HEAD,
    ALPNProtocols: ['http/1.1'],
    // A certificate is asked for and judged by us: without one there may be a token.
    requestCert: true,
    rejectUnauthorized: false,
  })
}
