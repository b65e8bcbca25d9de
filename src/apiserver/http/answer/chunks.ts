import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'

const END = Buffer.from('\r\n')

/** What goes to many clients, in its chunk: made once. */
const known = new WeakMap<Uint8Array, Buffer>()

const chunkOf = (parts: readonly Uint8Array[], octets: number): Buffer =>
  Buffer.concat([Buffer.from(`${octets.toString(16)}\r\n`, 'latin1'), ...parts, END])

const sharedChunkOf = (bytes: Uint8Array): Buffer => {
  let chunk = known.get(bytes)
  if (!chunk) {
    chunk = chunkOf([bytes], bytes.length)
    known.set(bytes, chunk)
  }
  return chunk
}

/**
 * Where the next part of a body is written: the socket, as a chunk of HTTP/1.1, or the response, as it is. Without a socket
 * an answer before this one is still being written; HTTP/1.0 has no chunks.
 */
export const streamOf = (response: ServerResponse): Writable =>
  response.socket && response.chunkedEncoding && response.headersSent ? response.socket : response

/**
 * Writes parts of a stream to its client, whose headers are sent already, as one chunk of HTTP/1.1. Node.js makes three
 * writes of a chunk, and corks and uncorks for them: where each of a thousand watchers is told of each change, half of a
 * change's cost. How much the client has not taken says the response's `writableLength`.
 */
export const writeParts = (response: ServerResponse, parts: readonly Uint8Array[], octets: number): void => {
  const out = streamOf(response)
  if (out === response.socket) out.write(parts.length === 1 ? sharedChunkOf(parts[0]!) : chunkOf(parts, octets))
  else out.write(parts.length === 1 ? parts[0] : Buffer.concat(parts, octets))
}
