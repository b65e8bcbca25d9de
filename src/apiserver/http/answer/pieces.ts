import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { Exchange } from '../request/exchange.ts'
import { blocksOf } from './blocks.ts'
import { streamOf } from './chunks.ts'
import { acceptsGzip, QUICKEST, setGzip } from './gzip.ts'
import { holdUntilTaken, setHead } from './head.ts'

/** What a client may not have taken of such an answer, about, octets. */
const AHEAD = 256 * 1024

/**
 * Answers with 200 and a body that is made piece by piece, no faster than its client takes it; others have their turn
 * in between. Returns once it has begun. Throws ApiError 429.
 */
export const sendPieces = (exchange: Exchange, contentType: string, pieces: Iterable<string | Uint8Array>): void => {
  const { request, response, report } = exchange
  holdUntilTaken(exchange, AHEAD)
  setHead(exchange, 200, contentType)
  const gzip = acceptsGzip(request.headers['accept-encoding']) ? zipped(response) : undefined
  write(response, gzip, pieces).catch((error: unknown) => {
    report(error)
    // That it breaks off says that it is not all.
    response.destroy()
  })
}

const write = async (
  response: ServerResponse,
  gzip: Writable | undefined,
  pieces: Iterable<string | Uint8Array>,
): Promise<void> => {
  const gone = new AbortController()
  response.once('close', () => {
    gone.abort()
    gzip?.destroy()
  })
  for (const block of blocksOf(pieces)) {
    // Of who breaks off nobody knows what is still read.
    const taken = (error?: Error | null): void => {
      if (!error) block.release()
    }
    const out = gzip ?? streamOf(response)
    const isTaken = out === response.socket ? out.write(block.chunk, taken) : out.write(block.body, taken)
    if (isTaken) await setImmediate()
    // Who has gone takes nothing more.
    else await once(out, 'drain', { signal: gone.signal }).catch(() => {})
    if (response.destroyed) return
  }
  ;(gzip ?? response).end()
}

/** What compresses all that it is given, for the response. */
const zipped = (response: ServerResponse): Writable => {
  setGzip(response)
  const gzip = createGzip(QUICKEST)
  gzip.on('error', () => response.destroy())
  gzip.pipe(response)
  return gzip
}
