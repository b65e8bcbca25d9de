import type { IncomingMessage } from 'node:http'
import { StringDecoder } from 'node:string_decoder'

/** A frame that says that it is longer is none: no object of an API server is (etcd takes 1.5 MB). */
const LONGEST_FRAME = 64 << 20

/** Whole lines of a stream; a character that is cut by a chunk's end is put together again. */
export const readLines = (response: IncomingMessage, onLine: (line: string) => void): void => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  response.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split('\n')
    rest = parts.pop()!
    for (const part of parts) if (part) onLine(part)
  })
}

/**
 * Whole frames of a stream, each behind four bytes of its length, big end first. A frame lies in the chunk that brought
 * it and is not for keeping. `onFault`: what comes is no such stream.
 */
export const readFrames = (
  response: IncomingMessage,
  onFrame: (frame: Uint8Array) => void,
  onFault: (error: Error) => void,
): void => {
  let pieces: Buffer[] = []
  let held = 0
  /** Octets that there must be before it is worth looking again. */
  let wanted = 4
  response.on('data', (chunk: Buffer) => {
    pieces.push(chunk)
    held += chunk.length
    if (held < wanted) return
    const bytes = pieces.length === 1 ? chunk : Buffer.concat(pieces, held)
    let at = 0
    wanted = 4
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at)
      if (length > LONGEST_FRAME) return onFault(new Error(`a watch has an event of ${length} octets`))
      if (bytes.length - at - 4 < length) {
        wanted = length + 4
        break
      }
      onFrame(bytes.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    held = bytes.length - at
    pieces = held === 0 ? [] : [bytes.subarray(at)]
  })
}
