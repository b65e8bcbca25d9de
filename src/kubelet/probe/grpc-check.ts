import { STATUS_CODES } from 'node:http'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { socketText } from '#net/port-protocol.ts'
import { durationText } from '../duration-text.ts'
import { errorText } from '../kubelet-error.ts'
import type { Dialer } from '../pod-network.ts'
import {
  decodeHealth,
  encodeHealthRequest,
  GrpcFault,
  grpcCodeOf,
  SERVING,
  statusOf,
  statusText,
} from './grpc-health.ts'
import { PROBE_AGENT } from './http-check.ts'

interface GrpcTarget {
  readonly host: string
  readonly port: number
  /** Of the server; empty: all of it. */
  readonly service: string
}

/** An answer is six octets; who sends this much sends something else. */
const MAX_ANSWER = 64 * 1024

interface Answer {
  readonly headers: IncomingHttpHeaders
  /** Also where they came alone: gRPC then has them among the headers. */
  readonly trailers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Resolves when both have spoken HTTP/2; rejects where the other does not, with no other error to come. */
const openSession = async (
  dialer: Dialer,
  { host, port }: GrpcTarget,
  signal: AbortSignal,
): Promise<ClientHttp2Session> => {
  // Made in the turn in which it gets its listeners, as in http-check.ts.
  const socket = dialer.connect(host, port)
  const session = connect(`http://${socketText(host, port)}`, {
    createConnection: () => socket,
    settings: { enablePush: false },
  })
  try {
    await new Promise<void>((resolve, reject) => {
      session.on('error', reject)
      session.once('close', () => reject(new Error('connection closed before server preface received')))
      session.once('remoteSettings', () => resolve())
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    return session
  } catch (error) {
    session.destroy()
    socket.destroy()
    throw error
  }
}

const call = (session: ClientHttp2Session, service: string, timeoutMs: number, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'grpc-timeout': `${timeoutMs}m`,
      'user-agent': PROBE_AGENT,
      te: 'trailers',
    })
    let headers: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders | undefined
    const chunks: Buffer[] = []
    let length = 0
    stream.on('response', (came) => {
      headers = came
    })
    stream.on('trailers', (came) => {
      trailers = came
    })
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_ANSWER) stream.destroy(new GrpcFault('ResourceExhausted', 'received message is too large'))
      else chunks.push(chunk)
    })
    stream.on('error', reject)
    stream.on('close', () => resolve({ headers, trailers: trailers ?? headers, body: Buffer.concat(chunks) }))
    session.on('error', reject)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    stream.end(encodeHealthRequest(service))
  })

/** Why there is no answer of the protocol's own; undefined where there is one. */
const faultOf = ({ headers, trailers }: Answer): GrpcFault | undefined => {
  const code = statusOf(trailers)
  if (code !== undefined) return code === 'OK' ? undefined : new GrpcFault(code, statusText(trailers))
  const http = Number(headers[':status'] ?? 0)
  if (http === 0) return new GrpcFault('Unavailable', 'the server closed the stream without an answer')
  const type = headers['content-type'] ?? ''
  if (http !== 200) {
    const text = `unexpected HTTP status code received from server: ${http} (${STATUS_CODES[http] ?? ''})`
    return new GrpcFault(
      grpcCodeOf(http),
      type.startsWith('application/grpc') ? text : `${text}; content-type "${type}"`,
    )
  }
  if (!type.startsWith('application/grpc'))
    return new GrpcFault(
      'Unknown',
      `unexpected HTTP status code received from server: 200 (OK); received unexpected content-type "${type}"`,
    )
  return new GrpcFault('Internal', 'server closed the stream without sending trailers')
}

/**
 * Asks the health service of a gRPC server (grpc.health.v1) in plain HTTP/2, whether it serves. Undefined where it does,
 * else why not, in Kubernetes' words. Never rejects; `signal` fires after `timeoutMs`.
 */
export const grpcCheck = async (
  dialer: Dialer,
  target: GrpcTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const address = socketText(target.host, target.port)
  const within = durationText(timeoutMs)
  let session: ClientHttp2Session
  try {
    session = await openSession(dialer, target, signal)
  } catch (error) {
    return signal.aborted
      ? `timeout: failed to connect service "${address}" within ${within}: context deadline exceeded`
      : `error: failed to connect service at "${address}": ${errorText(error)}`
  }
  try {
    const answer = await call(session, target.service, timeoutMs, signal)
    const fault = faultOf(answer)
    if (fault !== undefined) throw fault
    const health = decodeHealth(answer.body)
    return health === SERVING ? undefined : `service unhealthy (responded with "${health}")`
  } catch (error) {
    const fault = error instanceof GrpcFault ? error : new GrpcFault('Unavailable', errorText(error))
    if (signal.aborted || fault.code === 'DeadlineExceeded')
      return `timeout: health rpc did not complete within ${within}`
    if (fault.code === 'Unimplemented')
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${fault.message}`
    return `error: health rpc probe failed: rpc error: code = ${fault.code} desc = ${fault.message}`
  } finally {
    session.destroy()
  }
}
