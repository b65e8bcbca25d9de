import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { issueCertificate } from '../../pki/certificate.ts'

interface Asked {
  /** With its query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Parsed. */
  readonly body: Readonly<Record<string, unknown>>
  /** For answers that are no HTTP. */
  readonly socket: Duplex
}

/** What is sent back: a value as JSON with 200, or a text with its own status. */
export type Said =
  | { readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly type?: string }

export interface WebhookServer {
  readonly port: number
  /** `https://127.0.0.1:PORT`. */
  readonly url: string
  /** What trusts it, as configurations write it: base64 of PEM. */
  readonly caBundle: string
  readonly asked: Asked[]
  /** Connections that it has accepted. */
  readonly connections: () => number
  /** Ends every connection, as a server that has waited long enough. */
  drop(): void
  close(): Promise<void>
}

const HOUR = 3_600_000
const validity = { notBefore: new Date(Date.now() - HOUR), notAfter: new Date(Date.now() + HOUR) }

/**
 * A real HTTPS server, of a CA of its own, on 127.0.0.1. Undefined from `answer`: nothing is ever sent.
 * @param names what its certificate is for
 */
export const startWebhookServer = async (
  answer: (asked: Asked) => Said | undefined | Promise<Said | undefined>,
  names: readonly string[] = ['127.0.0.1', 'localhost'],
): Promise<WebhookServer> => {
  const ca = await issueCertificate({ commonName: 'webhook-ca', usage: 'ca', ...validity })
  const own = await issueCertificate(
    { commonName: 'webhook', usage: 'server', subjectAltNames: names, ...validity },
    ca,
  )
  const asked: Asked[] = []
  let connections = 0
  const server = createServer({ cert: own.certificate, key: own.key }, async (request, response) => {
    const one = {
      url: request.url ?? '',
      headers: request.headers,
      socket: request.socket,
      body: JSON.parse(await textOf(request)),
    }
    asked.push(one)
    const said = await answer(one)
    if (said === undefined) return
    if ('json' in said) response.setHeader('content-type', 'application/json').end(JSON.stringify(said.json))
    else response.writeHead(said.status, { 'content-type': said.type ?? 'text/plain' }).end(said.text)
  })
  server.on('secureConnection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(ca.certificate).toString('base64'),
    asked,
    connections: () => connections,
    drop: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
