import type { ApiObject } from '#api/resource.ts'
import { parseExactly } from '#schema/json/long-integer.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import type { Exchange } from '../request/exchange.ts'
import type { Wanted } from '../request/negotiate.ts'
import { objectJson, protobufOf } from './encode.ts'
import { gzipped, setGzip } from './gzip.ts'
import { type Answering, holdUntilTaken, setHead } from './head.ts'
import { sendPieces } from './pieces.ts'
import { indented, isPretty } from './pretty.ts'

/** Answers with a body that is made already, and with the warnings of the exchange. */
export const sendBytes = (
  exchange: Answering,
  code: number,
  contentType: string,
  body: string | Uint8Array,
  caching?: string,
): true => {
  const { response, request } = exchange
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  holdUntilTaken(exchange, bytes.length)
  setHead(exchange, code, contentType, caching)
  response.setHeader('Content-Length', bytes.length)
  response.end(request.method === 'HEAD' ? undefined : bytes)
  return true
}

/** As sendBytes(), of an object or a list: a large one is compressed for a client that reads that. */
const sendEncoded = async (
  exchange: Answering,
  code: number,
  contentType: string,
  body: string | Uint8Array,
  caching?: string,
): Promise<true> => {
  const packed = await gzipped(exchange.request.headers['accept-encoding'], body)
  if (packed && !exchange.response.destroyed) setGzip(exchange.response)
  return sendBytes(exchange, code, contentType, packed ?? body, caching)
}

/** Answers with one object in the form that was negotiated (without `as`). */
export const sendObject = async (
  exchange: Answering,
  machinery: Machinery,
  wanted: Wanted,
  code: number,
  object: ApiObject,
  message: MessageClass<unknown> | undefined = machinery.messageOf(object.apiVersion, object.kind),
): Promise<true> => {
  if (wanted.encoding === 'protobuf' && message)
    return sendEncoded(exchange, code, wanted.contentType, protobufOf(machinery, message, object))
  return sendText(exchange, wanted, code, objectJson(object, message))
}

/** Answers with 200 and an envelope in pieces. */
export const sendProtobufPieces = async (exchange: Exchange, wanted: Wanted, pieces: Uint8Array[]): Promise<true> => {
  const octets = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (octets <= WHOLE) return sendEncoded(exchange, 200, wanted.contentType, Buffer.concat(pieces, octets))
  sendPieces(exchange, wanted.contentType, taken(pieces))
  return true
}

/** Each is let go as it is sent. */
function* taken<T>(items: T[]): Generator<T> {
  items.reverse()
  for (let item = items.pop(); item !== undefined; item = items.pop()) yield item
}

/** What is sent in one go, octets. */
const WHOLE = 128 * 1024

/** Answers with 200 and JSON that is made piece by piece: all at once where that is little, or not sent as it is. */
export const sendTextPieces = async (
  exchange: Exchange,
  wanted: Wanted,
  pieces: Generator<string, void>,
): Promise<true> => {
  const begun: string[] = []
  let length = 0
  let next = pieces.next()
  for (; !next.done && length <= WHOLE; next = pieces.next()) {
    begun.push(next.value)
    length += next.value.length
  }
  if (next.done || wanted.encoding !== 'json' || isPretty(exchange.request, wanted.pretty))
    return sendText(exchange, wanted, 200, [...chained(begun, next.done ? [] : [next.value], pieces)].join(''))
  sendPieces(exchange, wanted.contentType, chained(begun, [next.value], pieces, ['\n']))
  return true
}

function* chained<T>(...parts: readonly Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part
}

/** Answers with JSON text, indented or as YAML where that was asked. */
export const sendText = async (
  exchange: Answering,
  wanted: Wanted,
  code: number,
  json: string,
  caching?: string,
): Promise<true> => {
  if (wanted.encoding === 'yaml') {
    const { writeYaml } = await import('../yaml/write-yaml.ts')
    return sendEncoded(exchange, code, wanted.contentType, writeYaml(parseExactly(json)), caching)
  }
  const type = wanted.encoding === 'json' ? wanted.contentType : 'application/json'
  return sendEncoded(
    exchange,
    code,
    type,
    isPretty(exchange.request, wanted.pretty) ? indented(json) : `${json}\n`,
    caching,
  )
}
