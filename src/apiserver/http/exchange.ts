import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../access/caller.ts'
import { failure } from '../errors.ts'
import type { RequestInfo } from './request-info.ts'

/** One request on its way through the stages. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly caller: Caller
  /** Sent as Warning headers, which kubectl prints. */
  readonly warnings: string[]
}

/** A stage answers the request and returns true, passes it on with false, or refuses it by throwing an ApiError. */
export type Stage = (exchange: Exchange) => boolean | Promise<boolean>

/** Kubernetes' own limit for a request body. */
const BODY_LIMIT = 3 * 1024 * 1024

/** A request’s body, whole. Rejects with ApiError 413 above BODY_LIMIT. */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > BODY_LIMIT) {
      throw failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`)
    }
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)
}

/** Of the Content-Type, in lower case, without parameters; empty where there is none. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

/** A flag of the query as Go reads it: `?watch`, `?watch=1` and `?watch=true`. */
export const isTrue = (value: string | null): boolean => value === 'true' || value === '1' || value === ''

/** `dryRun=All`, once or more; any other value is refused as Kubernetes does. */
export const isDryRun = (values: readonly string[]): boolean => {
  for (const value of values) {
    if (value !== 'All' && value !== '') {
      throw failure(
        422,
        'Invalid',
        ` "" is invalid: dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
        {
          causes: [
            {
              reason: 'FieldValueNotSupported',
              message: `Unsupported value: ${JSON.stringify(value)}`,
              field: 'dryRun',
            },
          ],
        },
      )
    }
  }
  return values.includes('All')
}

/** Writes an RFC 7234 warning header for each warning, code 299, as kubectl reads them. */
export const warningHeaders = (warnings: readonly string[]): string[] =>
  warnings.map(
    (text) =>
      `299 - "${text
        .replaceAll('\\', '\\\\')
        .replaceAll('"', '\\"')
        .replace(/[\r\n]+/g, ' ')}"`,
  )
