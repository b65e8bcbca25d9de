import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import { parseGoDuration } from '../go-duration.ts'
import type { EchoContext } from './settings.ts'
import { tlsFacts } from './tls-facts.ts'

export type Request = IncomingMessage | Http2ServerRequest
export type Response = ServerResponse | Http2ServerResponse

/** Longer than a timer of Node.js can be is as long as nobody waits. */
const MOST_MS = 2 ** 31 - 1
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** These are the connection's, or of this answer's own. */
const KEPT = new Set(['connection', 'content-length', 'content-type', 'keep-alive', 'transfer-encoding', 'upgrade'])

/** As Go spells a field's name: `x-forwarded-for` → `X-Forwarded-For`. */
const goName = (name: string): string =>
  TOKEN.test(name) ? name.toLowerCase().replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase()) : name

/** The pairs of a request's fields as they came, without those that HTTP/2 has for its first line. */
const pairs = (raw: readonly string[]): readonly (readonly [string, string])[] =>
  raw.flatMap((name, at) => (at % 2 === 0 && !name.startsWith(':') ? [[name, raw[at + 1] ?? ''] as const] : []))

const headersOf = (request: Request): Readonly<Record<string, readonly string[]>> => {
  const headers: Record<string, string[]> = {}
  for (const [name, value] of pairs(request.rawHeaders).toSorted(([a], [b]) => (goName(a) < goName(b) ? -1 : 1))) {
    const key = goName(name)
    // Go's server takes both out.
    if (key === 'Host' || key === 'Transfer-Encoding') continue
    if (!Object.hasOwn(headers, key)) headers[key] = []
    // HTTP/2 may send each cookie alone.
    if (key === 'Cookie' && headers[key]!.length > 0) headers[key] = [`${headers[key]![0]}; ${value}`]
    else headers[key]!.push(value)
  }
  return headers
}

/** The socket of a connection that is TLS. That of HTTP/2 is a stand-in, and no TLSSocket by its class. */
const tlsOf = (request: Request): TLSSocket | undefined => {
  const isTls = 'stream' in request ? request.stream.session?.encrypted : request.socket instanceof TLSSocket
  return isTls ? (request.socket as TLSSocket) : undefined
}

const assertions = (request: Request, context: EchoContext, httpPort: string): object => {
  const tls = tlsOf(request)
  const facts = tls && tlsFacts(tls)
  return {
    path: request.url,
    host: request.headers[':authority'] ?? request.headers.host ?? '',
    method: request.method,
    proto: `HTTP/${request.httpVersion}`,
    headers: headersOf(request),
    httpPort,
    ...context,
    ...(facts && {
      tls: {
        version: facts.version,
        ...(facts.peerCertificates.length > 0 && { peerCertificates: facts.peerCertificates }),
        serverName: facts.serverName,
        ...(facts.negotiatedProtocol !== '' && { negotiatedProtocol: facts.negotiatedProtocol }),
        cipherSuite: facts.cipherSuite,
      },
    }),
  }
}

/** The fields that `X-Echo-Set-Header: name:value, name:value` asks for: several of one spelling are one, with commas. */
const askedHeaders = (request: Request): ReadonlyMap<string, string> => {
  const asked = new Map<string, string>()
  for (const [name, list] of pairs(request.rawHeaders)) {
    if (name.toLowerCase() !== 'x-echo-set-header') continue
    for (const part of list.split(',')) {
      const [key = '', value = ''] = part.trim().split(/:(.*)/s)
      const before = asked.get(key)
      asked.set(key, before === undefined ? value.trim() : `${before},${value.trim()}`)
    }
  }
  return asked
}

const setAsked = (request: Request, response: Response): void => {
  const byName = Map.groupBy(askedHeaders(request), ([name]) => name.toLowerCase())
  for (const [lower, same] of byName) {
    const values = same.map(([, value]) => value)
    const isFine = values.every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    if (TOKEN.test(lower) && isFine && !KEPT.has(lower)) response.setHeader(same[0]![0], values)
  }
}

const respond = (response: Response, status: number, body: string, type: string): void => {
  response.setHeader('content-type', type)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('content-length', Buffer.byteLength(body))
  response.statusCode = status
  response.end(body)
}

/** `10.244.1.5:41234` or `[fd00::5]:41234`. */
const clientOf = ({ socket: { remoteAddress = '', remotePort } }: Request): string => {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '')
  return `${address.includes(':') ? `[${address}]` : address}:${remotePort}`
}

/**
 * Answers with what has arrived, as JSON, after `?delay=DURATION`. Never rejects. `httpPort`: as the environment has it;
 * `say` is given a line that names the request.
 */
export const echoRequest = async (
  request: Request,
  response: Response,
  {
    context,
    httpPort,
    say,
  }: { readonly context: EchoContext; readonly httpPort: string; readonly say: (line: string) => void },
): Promise<void> => {
  say(`Echoing back request made to ${request.url} to client (${clientOf(request)})`)
  request.resume()
  const delay = new URLSearchParams(request.url?.split(/\?(.*)/s)[1]).get('delay') ?? ''
  const wait = delay === '' ? 0 : parseGoDuration(delay)
  if (wait === undefined) {
    const message = `time: invalid duration ${JSON.stringify(delay)}`
    return respond(response, 500, JSON.stringify({ message }), 'application/json')
  }
  const body = JSON.stringify(assertions(request, context, httpPort), null, 1)
  if (wait > 0) await sleep(Math.min(wait, MOST_MS))
  if (response.destroyed || response.socket?.destroyed) return
  setAsked(request, response)
  respond(response, 200, body, 'application/json')
}
