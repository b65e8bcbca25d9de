import { createSecureServer, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { type GentleServer, gently } from '../gateway/gentle.ts'
import type { GatewaySettings } from '../gateway/settings.ts'
import { isImposter, tlsFacts } from '../gateway/tls-facts.ts'
import { bodyOf, FrameError, frame, statusText, unframe } from './frames.ts'
import { encodeMessage, type Message } from './protobuf.ts'
import { GRPC_ECHO, GRPC_METHODS } from './services.ts'

const [OK, UNIMPLEMENTED, INTERNAL] = [0, 12, 13] as const
const SERVING = 1
/** Of gRPC's own, and of HTTP/2's first line: no program of a service sees them. */
const HIDDEN = /^(?::(?!authority$).*|te|grpc-(?:encoding|timeout|message|status|message-type))$/

interface Verdict {
  readonly status: number
  readonly words: string
  readonly message?: Buffer
}

const headersOf = (headers: IncomingHttpHeaders): readonly Message[] =>
  Object.entries(headers).flatMap(([key, value]) =>
    HIDDEN.test(key) || value === undefined ? [] : [value].flat().map((one) => ({ key, value: one })),
  )

const echoed = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, settings: GatewaySettings): Message => {
  const { context } = settings
  const { session } = stream
  return {
    assertions: {
      fullyQualifiedMethod: String(headers[':path']),
      headers: headersOf(headers),
      authority: String(headers[':authority'] ?? headers.host ?? ''),
      context: {
        namespace: context.namespace,
        ingress: context.ingress,
        serviceName: context.service,
        pod: context.pod,
      },
      ...(session?.encrypted && { tlsAssertions: { ...tlsFacts(session.socket as TLSSocket) } }),
    },
  }
}

const unimplemented = (words: string): Verdict => ({ status: UNIMPLEMENTED, words })

const answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, settings: GatewaySettings): Verdict => {
  const [, service = '', method = ''] = /^\/([^/]*)\/([^/]*)$/.exec(headers[':path'] ?? '') ?? []
  if (service === '') return unimplemented(`malformed method name: ${JSON.stringify(headers[':path'])}`)
  const known = Object.hasOwn(GRPC_METHODS, `${service}/${method}`) ? GRPC_METHODS[`${service}/${method}`] : undefined
  if (method === 'EchoThree' && known) return unimplemented('method EchoThree not implemented')
  if (known) {
    const message = service === GRPC_ECHO ? echoed(stream, headers, settings) : { status: SERVING }
    return { status: OK, words: '', message: encodeMessage(known.response, message) }
  }
  const isService = Object.keys(GRPC_METHODS).some((one) => one.startsWith(`${service}/`))
  return unimplemented(isService ? `unknown method ${method} for service ${service}` : `unknown service ${service}`)
}

const serve = async (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  settings: GatewaySettings,
): Promise<void> => {
  const type = 'application/grpc'
  if (headers[':method'] !== 'POST') return stream.respond({ ':status': 405, allow: 'POST' }, { endStream: true })
  if (!/^application\/grpc(?:[+;]|$)/.test(headers['content-type'] ?? ''))
    return stream.respond({ ':status': 415 }, { endStream: true })
  const verdict = await bodyOf(stream)
    .then((body): Verdict => {
      const messages = unframe(body)
      if (messages.length === 1) return answer(stream, headers, settings)
      return { status: INTERNAL, words: `a call of this kind has one message, and this has ${messages.length}` }
    })
    .catch(
      (error: unknown): Verdict => ({
        status: error instanceof FrameError ? error.status : INTERNAL,
        words: error instanceof Error ? error.message : String(error),
      }),
    )
  if (stream.destroyed) return
  const trailers = {
    'grpc-status': String(verdict.status),
    ...(verdict.words && { 'grpc-message': statusText(verdict.words) }),
  }
  if (verdict.message === undefined) {
    stream.respond({ ':status': 200, 'content-type': type, ...trailers }, { endStream: true })
    return
  }
  stream.respond({ ':status': 200, 'content-type': type }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.end(frame(verdict.message))
}

const onStream = (settings: GatewaySettings) => (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
  stream.on('error', () => undefined)
  serve(stream, headers, settings).catch(() => stream.destroy())
}

/** The service of the Gateway API's conformance tests, and gRPC's health service, over HTTP/2 without TLS. */
export const grpcServer = (settings: GatewaySettings): GentleServer => {
  const server = createServer()
  server.on('stream', onStream(settings))
  return gently(server)
}

/** The same over TLS. */
export const grpcTlsServer = (settings: GatewaySettings): GentleServer => {
  const { cert, key, ca } = settings.tls!
  const server = createSecureServer({ cert, key, ...(ca && { ca, requestCert: true, rejectUnauthorized: false }) })
  server.prependListener('secureConnection', (socket) => {
    if (ca !== undefined && isImposter(socket)) socket.destroy()
  })
  server.on('stream', onStream(settings))
  return gently(server)
}
