import type { IncomingHttpHeaders } from 'node:http2'
import { decodeProtobuf } from '#schema/protobuf.ts'
import { declarations, field, int32 } from '#schema/schema.ts'

/** gRPC's status codes, by their numbers, in Go's words. */
const CODES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const
type GrpcCode = (typeof CODES)[number]

/** How a call ended that did not end well. */
export class GrpcFault extends Error {
  readonly code: GrpcCode
  constructor(code: GrpcCode, message: string) {
    super(message)
    this.name = 'GrpcFault'
    this.code = code
  }
}

/** What an answer of HTTP alone means to gRPC, by gRPC's own table. */
export const grpcCodeOf = (httpStatus: number): GrpcCode => {
  switch (httpStatus) {
    case 400:
      return 'Internal'
    case 401:
      return 'Unauthenticated'
    case 403:
      return 'PermissionDenied'
    case 404:
      return 'Unimplemented'
    case 429:
    case 502:
    case 503:
    case 504:
      return 'Unavailable'
    default:
      return 'Unknown'
  }
}

/** Undefined where the server has not said how the call ended. */
export const statusOf = (trailers: IncomingHttpHeaders): GrpcCode | undefined => {
  const said = trailers['grpc-status']
  return said === undefined ? undefined : (CODES[Number(said)] ?? 'Unknown')
}

/** The server's words; they come with percent signs for what is not ASCII. */
export const statusText = (trailers: IncomingHttpHeaders): string => {
  const said = String(trailers['grpc-message'] ?? '')
  try {
    return decodeURIComponent(said)
  } catch {
    return said
  }
}

const { message } = declarations('grpc.health.v1')
class HealthCheckResponse extends message('HealthCheckResponse', { status: field(1, int32) }) {}

export const SERVING = 'SERVING'
const HEALTH = ['UNKNOWN', SERVING, 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** A message's head: not compressed, and so many octets. */
const framed = (octets: Uint8Array): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(octets.length, 1)
  return Buffer.concat([head, octets])
}

/** HealthCheckRequest: field 1 is the service, left out where it is empty. */
export const encodeHealthRequest = (service: string): Buffer => {
  const name = Buffer.from(service)
  if (name.length === 0) return framed(name)
  const length: number[] = []
  for (let left = name.length; ; left >>>= 7) {
    length.push(left > 0x7f ? (left & 0x7f) | 0x80 : left)
    if (left <= 0x7f) break
  }
  return framed(Buffer.concat([Uint8Array.of(0x0a, ...length), name]))
}

/** The status that a HealthCheckResponse tells, by its name. Throws GrpcFault where it is none. */
export const decodeHealth = (body: Buffer): string => {
  const unreadable = (why: string) => new GrpcFault('Internal', why)
  if (body.length < 5) throw unreadable('server closed the stream without sending a message')
  if (body[0] !== 0) throw new GrpcFault('Unimplemented', 'the answer is compressed, which nobody asked for')
  const length = body.readUInt32BE(1)
  if (body.length < 5 + length) throw unreadable('unexpected EOF')
  try {
    const { status = 0 } = decodeProtobuf(HealthCheckResponse, body.subarray(5, 5 + length)).object as {
      readonly status?: number
    }
    return HEALTH[status] ?? String(status)
  } catch (error) {
    throw unreadable(`grpc: failed to unmarshal the received message: ${(error as Error).message}`)
  }
}
