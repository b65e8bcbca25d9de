import type { IncomingMessage, ServerResponse } from 'node:http'
import { Status } from '#api/meta/status.ts'
import type { ApiObject } from '#api/resource.ts'
import { internalError as internalStatus } from '#api/status.ts'
import { ApiError } from '#client/client.ts'
import { internalError, PathNotFound } from '../../errors.ts'
import type { Machinery } from '../../machinery/machinery.ts'
import { negotiate, type Wanted } from '../request/negotiate.ts'
import type { Answering } from './head.ts'
import { sendBytes, sendObject } from './respond.ts'

/**
 * Answers with the Status of an error; one that is not ours becomes a 500 and is reported to `onError`. Never throws:
 * what fails while a refusal is sent is reported too, and answered with fewer words.
 */
export const sendError = async (
  exchange: Answering,
  machinery: Machinery,
  error: unknown,
  onError: (error: unknown) => void,
): Promise<void> => {
  const { response } = exchange
  try {
    const refusal = error instanceof ApiError || error instanceof PathNotFound ? error : internalError(error)
    if (refusal !== error) onError(error)
    // Half an answer cannot be taken back; that it breaks off says that it is none.
    if (response.headersSent || response.destroyed) response.destroy()
    else if (refusal instanceof PathNotFound) {
      response.setHeader('X-Content-Type-Options', 'nosniff')
      sendBytes(exchange, 404, 'text/plain; charset=utf-8', '404 page not found\n')
    } else await sendStatus(exchange, machinery, refusal.status as Status & ApiObject)
  } catch (failed) {
    onError(failed)
    sendLastWords(response)
  }
  discardRest(exchange.request)
}

/** A client that accepts nothing of ours still gets its refusal: in JSON, for people to read. */
const FALLBACK: Wanted = { encoding: 'json', contentType: 'application/json', pretty: true }

const wantedOf = (accept: string | undefined): Wanted => {
  try {
    return negotiate(accept, () => false)
  } catch {
    return FALLBACK
  }
}

const sendStatus = (exchange: Answering, machinery: Machinery, status: Status & ApiObject): Promise<true> => {
  const { response, request } = exchange
  const code = status.code ?? 500
  if (code === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="kubernetes"')
  if (status.details?.retryAfterSeconds) response.setHeader('Retry-After', String(status.details.retryAfterSeconds))
  return sendObject(exchange, machinery, wantedOf(request.headers.accept), code, status, Status)
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
