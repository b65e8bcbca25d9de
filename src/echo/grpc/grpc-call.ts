import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { bodyOf, frame, unframe } from './frames.ts'

/** One call of one message. Times are seconds; 0 is no limit. */
export interface GrpcCall {
  readonly host: string
  readonly port: number
  /** `SERVICE/METHOD`. */
  readonly path: string
  readonly message: Buffer
  /** Names and values, as they are to be sent. */
  readonly headers: readonly (readonly [string, string])[]
  /** What `:authority` is to be. */
  readonly authority: string
  /** Absent: HTTP/2 without TLS. */
  readonly tls?: {
    readonly servername: string
    readonly insecure: boolean
    readonly ca?: Buffer
    readonly cert?: Buffer
    readonly key?: Buffer
  }
  readonly maxTime: number
  readonly connectTimeout: number
}

interface GrpcReply {
  readonly message: Buffer
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
}

/** A call that was answered with another status than OK, or not at all: gRPC's number for it. */
export class GrpcStatusError extends Error {
  readonly code = 'GRPC_STATUS'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** There is no connection to call over. */
class GrpcDialError extends Error {
  readonly code = 'GRPC_DIAL'
}

const [UNKNOWN, DEADLINE_EXCEEDED, UNAVAILABLE, INTERNAL] = [2, 4, 14, 13] as const
/** What a status of HTTP is to gRPC, where there is none of gRPC's own. */
const OF_HTTP: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
}

const dial = ({ host, port, tls, connectTimeout }: GrpcCall): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { servername = '', insecure, ...files } = tls ?? {}
    const socket = tls
      ? connectTls({
          host,
          port,
          ...files,
          ALPNProtocols: ['h2'],
          rejectUnauthorized: !insecure,
          // An address is no name that a server could be asked for.
          ...(isIP(servername) === 0 && { servername }),
        })
      : connectTcp({ host, port })
    const fail = (error: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new GrpcDialError(`Failed to dial target host "${host}:${port}": ${error.message}`, { cause: error }))
    }
    const timer =
      connectTimeout > 0
        ? setTimeout(() => fail(new Error('context deadline exceeded')), connectTimeout * 1000)
        : undefined
    socket.once('error', fail).once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      if ('alpnProtocol' in socket && socket.alpnProtocol !== 'h2')
        fail(new Error('the server does not speak HTTP/2 (ALPN)'))
      else resolve(socket.off('error', fail))
    })
  })

/** The answer of a stream, from its headers to its trailers. */
const exchange = async (session: ClientHttp2Session, call: GrpcCall): Promise<GrpcReply> => {
  const fields: Record<string, string | string[]> = {}
  for (const [name, value] of call.headers)
    fields[name] = fields[name] === undefined ? value : [fields[name], value].flat()
  const stream = session.request({
    ':method': 'POST',
    ':path': `/${call.path}`,
    ':scheme': call.tls ? 'https' : 'http',
    ':authority': call.authority,
    'content-type': 'application/grpc',
    'user-agent': 'grpcurl (fairlead/echo)',
    te: 'trailers',
    ...(call.maxTime > 0 && { 'grpc-timeout': `${Math.ceil(call.maxTime * 1000)}m` }),
    ...fields,
  })
  let headers: IncomingHttpHeaders | undefined
  let trailers: IncomingHttpHeaders = {}
  stream.on('response', (given) => {
    headers = given
  })
  stream.on('trailers', (given) => {
    trailers = given
  })
  stream.end(frame(call.message))
  const body = await bodyOf(stream)
  if (headers === undefined) throw new GrpcStatusError(UNAVAILABLE, 'the connection ended without an answer')
  return judged(headers, trailers, body)
}

const judged = (headers: IncomingHttpHeaders, trailers: IncomingHttpHeaders, body: Buffer): GrpcReply => {
  const status = Number(headers[':status'])
  const isGrpc = String(headers['content-type']).startsWith('application/grpc')
  if (status !== 200 || !isGrpc) {
    const what =
      status === 200
        ? `an answer of ${headers['content-type']}, which is not gRPC`
        : `unexpected HTTP status code received from server: ${status}`
    throw new GrpcStatusError(OF_HTTP[status] ?? UNKNOWN, what)
  }
  const told = trailers['grpc-status'] ?? headers['grpc-status']
  if (told === undefined) throw new GrpcStatusError(INTERNAL, 'server closed the stream without sending trailers')
  if (told !== '0') {
    const words = String(trailers['grpc-message'] ?? headers['grpc-message'] ?? '')
    throw new GrpcStatusError(Number(told), /%(?![0-9a-f]{2})/i.test(words) ? words : decodeWords(words))
  }
  const [message, ...more] = unframe(body)
  if (message === undefined || more.length > 0)
    throw new GrpcStatusError(INTERNAL, `${more.length + (message ? 1 : 0)} messages where there is to be one`)
  return { message, headers, trailers }
}

const decodeWords = (words: string): string =>
  Buffer.from(
    words.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString()

/** Makes one call over a connection of its own. Rejects with GrpcDialError, GrpcStatusError, or FrameError. */
export const grpcCall = async (call: GrpcCall): Promise<GrpcReply> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const expired = (): void => reject(new GrpcStatusError(DEADLINE_EXCEEDED, 'context deadline exceeded'))
  const timer = call.maxTime > 0 ? setTimeout(expired, call.maxTime * 1000) : undefined
  let session: ClientHttp2Session | undefined
  let socket: Socket | undefined
  try {
    const dialed = dial(call).then((one) => {
      socket = one
      return one
    })
    // Also one that comes when nobody waits any more.
    dialed.catch(() => undefined)
    const connection = await Promise.race([dialed, late])
    session = connect(`${call.tls ? 'https' : 'http'}://${call.authority}`, { createConnection: () => connection })
    const broken = new Promise<never>((_, fail) => {
      session!.on('error', (error) => fail(new GrpcStatusError(UNAVAILABLE, error.message)))
    })
    broken.catch(() => undefined)
    return await Promise.race([exchange(session, call), broken, late])
  } catch (error) {
    if (error instanceof Error && (error as NodeJS.ErrnoException).code?.startsWith('ERR_HTTP2_STREAM'))
      throw new GrpcStatusError(UNAVAILABLE, error.message)
    throw error
  } finally {
    clearTimeout(timer)
    session?.destroy()
    socket?.destroy()
  }
}
