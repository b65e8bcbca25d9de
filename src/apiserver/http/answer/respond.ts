import type { IncomingMessage, ServerResponse } from 'node:http'
import { Status } from '#api/meta/status.ts'
import type { ApiObject } from '#api/resource.ts'
import { internalError as internalStatus } from '#api/status.ts'
import { ApiError } from '#client/client.ts'
import type { MessageClass } from '#schema/schema.ts'
import { internalError, PathNotFound, tooManyRequests } from '../../errors.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import { answers, PATIENCE } from '../budgets.ts'
import type { Exchange } from '../request/exchange.ts'
import { negotiate, type Wanted } from '../request/negotiate.ts'
import { isPretty } from '../request/query.ts'
import { objectJson, protobufOf } from './encode.ts'
import { warningHeaders } from './warning.ts'

/** Answers with a body that is made already, and with the warnings of the exchange as headers (RFC 7234, code 299). */
export const sendBytes = (
  exchange: Pick<Exchange, 'request' | 'response' | 'warnings'>,
  code: number,
  contentType: string,
  body: string | Uint8Array,
  caching = 'no-cache, private',
): true => {
  const { response, request, warnings } = exchange
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  holdUntilTaken(response, bytes.length)
  response.statusCode = code
  response.setHeader('Content-Type', contentType)
  response.setHeader('Content-Length', bytes.length)
  response.setHeader('Cache-Control', caching)
  if (warnings.length > 0) response.setHeader('Warning', warningHeaders(warnings))
  response.end(request.method === 'HEAD' ? undefined : bytes)
  return true
}

/** What is taken in one go by any client. */
const SMALL = 64 * 1024

/** Counts an answer until its client has taken it, and ends one that is not taken. Throws ApiError 429. */
const holdUntilTaken = (response: ServerResponse, octets: number): void => {
  if (octets <= SMALL) return
  const hold = answers.hold(() => response.destroy())
  if (!hold.take(octets)) {
    hold.end()
    throw tooManyRequests('too many answers wait to be read')
  }
  const timer = setTimeout(() => response.destroy(), PATIENCE).unref()
  response.once('close', () => {
    clearTimeout(timer)
    hold.end()
  })
}

/** Answers with one object in the form that was negotiated (without `as`). */
export const sendObject = async (
  exchange: Exchange,
  machinery: Machinery,
  wanted: Wanted,
  code: number,
  object: ApiObject,
  message: MessageClass<unknown> | undefined = machinery.messageOf(object.apiVersion, object.kind),
): Promise<true> => {
  if (wanted.encoding === 'protobuf' && message) {
    return sendBytes(exchange, code, wanted.contentType, protobufOf(machinery, message, object))
  }
  return sendText(exchange, wanted, code, objectJson(object, message))
}

/** Answers with JSON text, as YAML where that was asked. */
export const sendText = async (exchange: Exchange, wanted: Wanted, code: number, json: string): Promise<true> => {
  if (wanted.encoding !== 'yaml') {
    const type = wanted.encoding === 'json' ? wanted.contentType : 'application/json'
    const shown = isPretty(exchange.query) ? JSON.stringify(JSON.parse(json), undefined, 2) : json
    return sendBytes(exchange, code, type, shown)
  }
  const { writeYaml } = await import('../yaml/write-yaml.ts')
  return sendBytes(exchange, code, wanted.contentType, writeYaml(JSON.parse(json)))
}

/**
 * Answers with the Status of an error; one that is not ours becomes a 500 and is reported to `onError`. Never throws:
 * what fails while a refusal is sent is reported too, and answered with fewer words.
 */
export const sendError = (
  exchange: Pick<Exchange, 'request' | 'response' | 'warnings'>,
  machinery: Machinery,
  error: unknown,
  onError: (error: unknown) => void,
): void => {
  const { response } = exchange
  try {
    const refusal = error instanceof ApiError || error instanceof PathNotFound ? error : internalError(error)
    if (refusal !== error) onError(error)
    // Half an answer cannot be taken back; that it breaks off says that it is none.
    if (response.headersSent || response.destroyed) response.destroy()
    else if (refusal instanceof PathNotFound) {
      sendBytes(exchange, 404, 'text/plain; charset=utf-8', '404 page not found\n')
    } else sendStatus(exchange, machinery, refusal.status as Status & ApiObject)
  } catch (failed) {
    onError(failed)
    sendLastWords(response)
  }
  discardRest(exchange.request)
}

const sendStatus = (
  exchange: Pick<Exchange, 'request' | 'response' | 'warnings'>,
  machinery: Machinery,
  status: Status & ApiObject,
): void => {
  const { response, request } = exchange
  const code = status.code ?? 500
  if (code === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="kubernetes"')
  if (status.details?.retryAfterSeconds) response.setHeader('Retry-After', String(status.details.retryAfterSeconds))
  let protobuf = false
  try {
    protobuf = negotiate(request.headers.accept, () => true).encoding === 'protobuf'
  } catch {
    // A client that accepts nothing of ours still gets its refusal, in JSON.
  }
  if (protobuf) {
    sendBytes(exchange, code, 'application/vnd.kubernetes.protobuf', machinery.encodeProtobuf(Status, status))
  } else sendBytes(exchange, code, 'application/json', `${objectJson(status, Status)}\n`)
}

/** Made before anything can fail. */
const LAST_WORDS = `${JSON.stringify(internalStatus('the answer could not be written: see the log of the control plane'))}\n`

const sendLastWords = (response: ServerResponse): void => {
  try {
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    response.writeHead(500, { 'content-type': 'application/json' }).end(LAST_WORDS)
  } catch {
    response.destroy()
  }
}

/** What is still taken of a body that nobody reads: octets, and milliseconds. */
const DISCARDED = 16 * 1024 * 1024
const DISCARDED_FOR = 10_000

/**
 * Reads and drops the rest of a body that was refused. Closed under a client that still sends, a connection is reset,
 * and the refusal is lost with it.
 */
const discardRest = (request: IncomingMessage): void => {
  if (request.complete || request.destroyed) return
  const end = (): void => void request.destroy()
  const timer = setTimeout(end, DISCARDED_FOR).unref()
  let left = DISCARDED
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) end()
  })
  request.once('close', () => clearTimeout(timer))
}
