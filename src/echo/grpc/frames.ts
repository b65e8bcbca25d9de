const PREFIX = 5
/** What gRPC takes by default. */
const MOST = 4 << 20

/** What arrives is no message of gRPC, by the status that it ends with (`RESOURCE_EXHAUSTED`, `UNIMPLEMENTED`, `INTERNAL`). */
export class FrameError extends Error {
  readonly code = 'GRPC_FRAME'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A message with its prefix: not compressed, and its length. */
export const frame = (message: Buffer): Buffer => {
  const prefix = Buffer.alloc(PREFIX)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** All messages of a body that has ended. Throws FrameError. */
export const unframe = (body: Buffer): readonly Buffer[] => {
  const messages: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    if (body.length - at < PREFIX) throw new FrameError(13, 'unexpected EOF')
    if (body[at] !== 0) throw new FrameError(12, 'messages are compressed, and nobody asked for it')
    const length = body.readUInt32BE(at + 1)
    if (length > MOST) throw new FrameError(8, `received message larger than max (${length} vs. ${MOST})`)
    if (body.length - at - PREFIX < length) throw new FrameError(13, 'unexpected EOF')
    messages.push(body.subarray(at + PREFIX, at + PREFIX + length))
    at += PREFIX + length
  }
  return messages
}

/** The body that a stream brings. Rejects with FrameError where it is larger than anybody means, and with the stream's own errors. */
export const bodyOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > MOST + PREFIX) throw new FrameError(8, `received message larger than max (${length} vs. ${MOST})`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Words of a status as they stand in `grpc-message`: what is no printable ASCII by percent and number. */
export const statusText = (text: string): string =>
  [...Buffer.from(text)]
    .map((octet) => {
      const isPlain = octet >= 0x20 && octet <= 0x7e && octet !== 0x25
      return isPlain ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
