// The `grpcurl` of the image fairlead/echo: calls of one message, to test gateways by. It knows the messages of two services, and of
// others what the wire tells.
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http2'
import { FlagError } from '../flags.ts'
import { FrameError } from '../grpc/frames.ts'
import { type GrpcCall, GrpcStatusError, grpcCall } from '../grpc/grpc-call.ts'
import { decodeMessage, encodeMessage, type Message } from '../grpc/protobuf.ts'
import { GRPC_METHODS } from '../grpc/services.ts'
import { type GrpcurlOptions, parseGrpcurl } from './grpcurl-options.ts'

/** The words of gRPC for its statuses, by their numbers. */
const STATUSES =
  'OK Canceled Unknown InvalidArgument DeadlineExceeded NotFound AlreadyExists PermissionDenied ResourceExhausted FailedPrecondition Aborted OutOfRange Unimplemented Internal Unavailable DataLoss Unauthenticated'.split(
    ' ',
  )
/** A status of gRPC is the exit status, from here on. */
const FIRST_STATUS = 64

const fileOf = (option: string, path: string | undefined): Buffer | undefined => {
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    throw new FlagError(`grpcurl: -${option}: ${error instanceof Error ? error.message : error}`)
  }
}

const messageOf = ({ data, path }: GrpcurlOptions): Buffer => {
  let message: unknown
  try {
    message = JSON.parse(data)
  } catch {
    throw new FlagError(`grpcurl: -d ${data}: is no JSON`)
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw new FlagError(`grpcurl: -d ${data}: is no object`)
  const type = Object.hasOwn(GRPC_METHODS, path) ? GRPC_METHODS[path]!.request : {}
  const fields = Object.values(type).map(({ name }) => name)
  const unknown = Object.keys(message).find((name) => !fields.includes(name))
  if (unknown !== undefined)
    throw new FlagError(
      `grpcurl: -d: ${path} has no field ${unknown} that is known here; known are ${fields.join(', ') || 'none'}`,
    )
  return encodeMessage(type, message as Message)
}

const callOf = (options: GrpcurlOptions): GrpcCall => {
  const { host, port, path, headers, maxTime, connectTimeout, plaintext, insecure } = options
  if (plaintext && (insecure || options.cacert || options.cert || options.key || options.servername))
    throw new FlagError('grpcurl: -plaintext goes with nothing that is about TLS')
  if ((options.cert === undefined) !== (options.key === undefined))
    throw new FlagError('grpcurl: -cert and -key want each other')
  const authority = options.authority ?? `${host.includes(':') ? `[${host}]` : host}:${port}`
  const [ca, cert, key] = (['cacert', 'cert', 'key'] as const).map((name) => fileOf(name, options[name]))
  const servername = options.servername ?? options.authority?.replace(/:\d+$/, '') ?? host
  return {
    host,
    port,
    path,
    headers,
    authority,
    maxTime,
    connectTimeout,
    message: messageOf(options),
    ...(!plaintext && { tls: { servername, insecure, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } }),
  }
}

const shown = (title: string, headers: IncomingHttpHeaders): string => {
  const lines = Object.entries(headers)
    .filter(([name]) => !name.startsWith(':'))
    .map(([name, value]) => `${name}: ${value}\n`)
  return `${title}\n${lines.join('') || '(empty)\n'}\n`
}

interface GrpcurlOutput {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>
}

/** Runs one command line and gives grpcurl's exit status: 64 and gRPC's own; 1 where there is no connection, 2 for words that are none. */
export const grpcurl = async (
  args: readonly string[],
  { stdout, stderr }: GrpcurlOutput = process,
): Promise<number> => {
  try {
    const options = parseGrpcurl(args)
    const { path, verbose } = options
    const { message, headers, trailers } = await grpcCall(callOf(options))
    const type = Object.hasOwn(GRPC_METHODS, path) ? GRPC_METHODS[path]!.response : {}
    if (verbose) stdout.write(`${shown('Response headers received:', headers)}Response contents:\n`)
    stdout.write(`${JSON.stringify(decodeMessage(type, message), null, 2)}\n`)
    if (verbose) stdout.write(`\n${shown('Response trailers received:', trailers)}`)
    return 0
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    if (error instanceof GrpcStatusError || error instanceof FrameError) {
      stderr.write(`ERROR:\n  Code: ${STATUSES[error.status] ?? `Code(${error.status})`}\n  Message: ${words}\n`)
      return FIRST_STATUS + error.status
    }
    stderr.write(`${words}\n`)
    return error instanceof FlagError ? 2 : 1
  }
}
