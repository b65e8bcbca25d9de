import { randomBytes } from 'node:crypto'

/** RFC 6455, section 11.8. */
export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const

interface Message {
  readonly opcode: number
  readonly payload: Buffer
}

/** What came is no WebSocket, or more than was to be taken. */
export class WebSocketFrameError extends Error {
  override readonly name = 'WebSocketFrameError'
  readonly code = 'WEBSOCKET_MALFORMED'
}

const NO_BYTES = Buffer.alloc(0)

/** The messages in a server's stream of octets: fragments are put together, control messages come in between (RFC 6455, 5.2 to 5.5). */
export class FrameReader {
  readonly #limit: number
  #bytes: Buffer = NO_BYTES
  #opcode: number | undefined
  #fragments: Buffer[] = []
  #length = 0

  /** `limit`: octets of one message. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Throws WebSocketFrameError. */
  read(bytes: Buffer): readonly Message[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    const messages: Message[] = []
    for (;;) {
      const frame = this.#frame()
      if (frame === undefined) return messages
      const message = this.#whole(frame)
      if (message !== undefined) messages.push(message)
    }
  }

  /** The next frame that is there as a whole. */
  #frame(): (Message & { readonly final: boolean }) | undefined {
    const bytes = this.#bytes
    if (bytes.length < 2) return undefined
    const [first, second] = [bytes[0] as number, bytes[1] as number]
    // No extension was asked for, and a server masks nothing.
    if ((first & 0x70) !== 0 || (second & 0x80) !== 0)
      throw new WebSocketFrameError('what came is no frame of a WebSocket')
    const short = second & 0x7f
    const head = short === 126 ? 4 : short === 127 ? 10 : 2
    if (bytes.length < head) return undefined
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
    if (length > this.#limit)
      throw new WebSocketFrameError(`a message of ${length} octets, where ${this.#limit} are the most`)
    if (bytes.length < head + length) return undefined
    this.#bytes = bytes.subarray(head + length)
    return { final: (first & 0x80) !== 0, opcode: first & 0x0f, payload: bytes.subarray(head, head + length) }
  }

  #whole({ final, opcode, payload }: Message & { readonly final: boolean }): Message | undefined {
    if (opcode >= OPCODE.CLOSE) return { opcode, payload }
    if ((opcode === OPCODE.CONTINUATION) !== (this.#opcode !== undefined))
      throw new WebSocketFrameError('a fragment that belongs to no message')
    this.#opcode ??= opcode
    this.#length += payload.length
    if (this.#length > this.#limit) throw new WebSocketFrameError(`a message of more than ${this.#limit} octets`)
    this.#fragments.push(payload)
    if (!final) return undefined
    const message = { opcode: this.#opcode, payload: Buffer.concat(this.#fragments) }
    this.#opcode = undefined
    this.#fragments = []
    this.#length = 0
    return message
  }
}

/** A control message of a client, which must be masked. `payload`: at most 125 octets. */
export const controlFrame = (opcode: number, payload: Uint8Array = NO_BYTES): Buffer => {
  const mask = randomBytes(4)
  const frame = Buffer.alloc(6 + payload.length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | payload.length
  mask.copy(frame, 2)
  for (const [index, byte] of payload.entries()) frame[6 + index] = byte ^ (mask[index & 3] as number)
  return frame
}
