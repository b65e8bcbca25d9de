import type { IncomingMessage } from 'node:http'

/** Of one hop only (RFC 9110, 7.6.1, and what older programs send). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Methods that node:http would frame a body for where there is none. */
const MAY_HAVE_BODY = /^(POST|PUT|PATCH)$/
/** Who asks is between the client and the API server. */
const CREDENTIALS = /^(authorization|impersonate-.*)$/
const PROTOCOLS = 'sec-websocket-protocol'
/** A page of a pod must not open the API to other origins. */
const ACCESS_CONTROL = /^access-control-allow-(credentials|headers|methods|origin)$/

/** A flat list of names and values, in their own spelling: what node:http reads and writes. */
export type RawHeaders = readonly string[]

/** Keeps the pairs whose name, in lower case, is kept. */
const filtered = (headers: RawHeaders, keep: (name: string, value: string) => boolean): string[] => {
  const kept: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (keep(headers[at]!.toLowerCase(), headers[at + 1]!)) kept.push(headers[at]!, headers[at + 1]!)
  }
  return kept
}

/** The names that a `Connection` header makes headers of this hop. */
const named = (connection: string | undefined): readonly string[] =>
  (connection ?? '').split(',').map((name) => name.trim().toLowerCase())

/** A browser's WebSocket cannot send an Authorization: it names the token among the protocols that it offers. */
const withoutToken = (protocols: string): string =>
  protocols
    .split(',')
    .map((name) => name.trim())
    .filter((name) => !name.startsWith('base64url.bearer.authorization.k8s.io.'))
    .join(', ')

interface Forwarded {
  /** The path as the client asked for it, without query. */
  readonly path: string
  /** For a protocol to switch to; else undefined. */
  readonly upgrade: string | undefined
}

/** The headers of a request as they go on: without those of this hop and the caller's credentials, with where it came. */
export const requestHeaders = (request: IncomingMessage, { path, upgrade }: Forwarded): string[] => {
  const { headers, rawHeaders, socket } = request
  // `Expect: 100-continue` has had its answer from this server.
  const anew = ['expect', 'x-forwarded-for', 'x-forwarded-uri']
  const dropped = new Set([...HOP_BY_HOP, ...named(headers.connection), ...anew])
  const passes = (name: string, value: string): boolean =>
    !dropped.has(name) && !CREDENTIALS.test(name) && !(name === PROTOCOLS && withoutToken(value) === '')
  const kept = withHeader(filtered(rawHeaders, passes), PROTOCOLS, withoutToken)
  if (!headers.host) kept.push('Host', 'kubernetes')
  // The body's framing is this hop's too: node:http frames none by itself for methods that rarely have one.
  if (headers['transfer-encoding'] !== undefined) kept.push('Transfer-Encoding', 'chunked')
  else if (headers['content-length'] === undefined && MAY_HAVE_BODY.test(request.method!))
    kept.push('Content-Length', '0')
  const before = headers['x-forwarded-for']
  const from = [...(before ? [String(before)] : []), ...(socket.remoteAddress ? [socket.remoteAddress] : [])]
  if (from.length > 0) kept.push('X-Forwarded-For', from.join(', '))
  kept.push('X-Forwarded-Uri', path)
  if (upgrade !== undefined) {
    kept.push('Connection', 'Upgrade', 'Upgrade', upgrade)
  }
  return kept
}

/** The headers of an answer as they go back. */
export const answerHeaders = (answer: IncomingMessage, drop: readonly string[] = []): string[] => {
  const dropped = new Set([...HOP_BY_HOP, ...named(answer.headers.connection), ...drop])
  return filtered(answer.rawHeaders, (name) => !dropped.has(name) && !ACCESS_CONTROL.test(name))
}

/** The same list with the value of one header changed. */
export const withHeader = (headers: RawHeaders, name: string, change: (value: string) => string): string[] =>
  headers.map((value, at) => (at % 2 === 1 && headers[at - 1]!.toLowerCase() === name ? change(value) : value))
