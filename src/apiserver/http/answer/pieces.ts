import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { acceptsGzip, QUICKEST, setGzip } from './gzip.ts'
import { type Answering, holdUntilTaken, setHead } from './head.ts'

/** What a client may not have taken of such an answer, about, octets. */
const AHEAD = 256 * 1024

/**
 * Answers with 200 and a body that is made piece by piece, no faster than its client takes it; others have their turn
 * in between. Resolves when all is made. Throws ApiError 429.
 */
export const sendPieces = async (exchange: Answering, contentType: string, pieces: Iterable<string>): Promise<true> => {
  const { response, request } = exchange
  holdUntilTaken(response, AHEAD)
  setHead(exchange, 200, contentType)
  const out = acceptsGzip(request.headers['accept-encoding']) ? zipped(response) : response
  const gone = new AbortController()
  response.once('close', () => {
    gone.abort()
    out.destroy()
  })
  for (const piece of pieces) {
    const isTaken = out.write(Buffer.from(piece))
    if (isTaken) await setImmediate()
    // Who has gone takes nothing more.
    else await once(out, 'drain', { signal: gone.signal }).catch(() => {})
    if (response.destroyed) return true
  }
  out.end()
  return true
}

/** What compresses all that it is given, for the response. */
const zipped = (response: ServerResponse): Writable => {
  setGzip(response)
  const gzip = createGzip(QUICKEST)
  gzip.on('error', () => response.destroy())
  gzip.pipe(response)
  return gzip
}
