import type { ServerResponse } from 'node:http'
import type { ApiObject } from '#api/resource.ts'
import type { MessageClass } from '#schema/schema.ts'
import { tooManyRequests } from '../../errors.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import { answers, PATIENCE } from '../budgets.ts'
import type { Exchange } from '../request/exchange.ts'
import type { Wanted } from '../request/negotiate.ts'
import { objectJson, protobufOf } from './encode.ts'
import { gzipped } from './gzip.ts'
import { indented, isPretty } from './pretty.ts'
import { warningHeaders } from './warning.ts'

/** What an answer needs of its exchange. */
export type Answering = Pick<Exchange, 'request' | 'response' | 'warnings'>

/** Answers with a body that is made already, and with the warnings of the exchange as headers (RFC 7234, code 299). */
export const sendBytes = (
  exchange: Answering,
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

/** As sendBytes(), of an object or a list: a large one is compressed for a client that reads that. */
const sendEncoded = async (
  exchange: Answering,
  code: number,
  contentType: string,
  body: string | Uint8Array,
): Promise<true> => {
  const packed = await gzipped(exchange.request.headers['accept-encoding'], body)
  if (packed && !exchange.response.destroyed) {
    exchange.response.setHeader('Content-Encoding', 'gzip')
    exchange.response.appendHeader('Vary', 'Accept-Encoding')
  }
  return sendBytes(exchange, code, contentType, packed ?? body)
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
    return sendProtobuf(exchange, wanted, code, protobufOf(machinery, message, object))
  return sendText(exchange, wanted, code, objectJson(object, message))
}

/** Answers with an envelope. */
export const sendProtobuf = (exchange: Answering, wanted: Wanted, code: number, envelope: Uint8Array): Promise<true> =>
  sendEncoded(exchange, code, wanted.contentType, envelope)

/** Answers with JSON text, indented or as YAML where that was asked. */
export const sendText = async (exchange: Answering, wanted: Wanted, code: number, json: string): Promise<true> => {
  if (wanted.encoding === 'yaml') {
    const { writeYaml } = await import('../yaml/write-yaml.ts')
    return sendEncoded(exchange, code, wanted.contentType, writeYaml(JSON.parse(json)))
  }
  const type = wanted.encoding === 'json' ? wanted.contentType : 'application/json'
  return sendEncoded(exchange, code, type, isPretty(exchange.request, wanted.pretty) ? indented(json) : `${json}\n`)
}
