/** Frames of SPDY/3.1 (draft 3.1, section 2.6). */
export const SPDY_VERSION = 3

export const FrameType = {
  SYN_STREAM: 1,
  SYN_REPLY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  HEADERS: 8,
  WINDOW_UPDATE: 9,
} as const

export const ResetStatus = { PROTOCOL_ERROR: 1, INVALID_STREAM: 2, REFUSED_STREAM: 3, CANCEL: 5 } as const

export const FLAG_FIN = 1
/** Identifier of the setting that says how large a stream's window is at first. */
export const SETTINGS_INITIAL_WINDOW_SIZE = 7
/** Bytes that a stream, and the connection, may send at first where no setting says otherwise. */
export const INITIAL_WINDOW = 64 << 10
const FRAME_HEADER = 8

export type Frame =
  | { readonly kind: 'data'; readonly stream: number; readonly fin: boolean; readonly payload: Buffer }
  | {
      readonly kind: 'control'
      readonly version: number
      readonly type: number
      readonly flags: number
      readonly payload: Buffer
    }

/** So many pieces of a frame are made one: small ones take much room each. */
const MAX_PIECES = 256

/** Cuts a byte stream into frames. */
export class FrameParser {
  readonly #maxPayload: number
  #pieces: Buffer[] = []
  #length = 0
  /** Bytes without which there is no frame. */
  #needed = FRAME_HEADER

  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload
  }

  /** The frames that are whole with this chunk. Throws where one is longer than allowed. */
  push(chunk: Buffer): readonly Frame[] {
    this.#pieces.push(chunk)
    this.#length += chunk.length
    // A frame that comes byte by byte must not be copied as often.
    if (this.#length < this.#needed && this.#pieces.length < MAX_PIECES) return []
    let bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces, this.#length)
    const frames: Frame[] = []
    this.#needed = FRAME_HEADER
    while (bytes.length >= FRAME_HEADER) {
      const length = bytes.readUIntBE(5, 3)
      if (length > this.#maxPayload)
        throw new RangeError(`a SPDY frame of ${length} bytes: at most ${this.#maxPayload} are taken`)
      this.#needed = FRAME_HEADER + length
      if (bytes.length < this.#needed) break
      frames.push(parseFrame(bytes, length))
      bytes = bytes.subarray(this.#needed)
      this.#needed = FRAME_HEADER
    }
    this.#pieces = bytes.length === 0 ? [] : [bytes]
    this.#length = bytes.length
    return frames
  }
}

function parseFrame(bytes: Buffer, length: number): Frame {
  const first = bytes.readUInt32BE(0)
  const flags = bytes[4]!
  const payload = bytes.subarray(FRAME_HEADER, FRAME_HEADER + length)
  if ((first & 0x80000000) === 0) return { kind: 'data', stream: first, fin: (flags & FLAG_FIN) !== 0, payload }
  return { kind: 'control', version: (first >>> 16) & 0x7fff, type: first & 0xffff, flags, payload }
}

/** A data frame of a stream; `fin`: its last. */
export function dataFrame(stream: number, payload: Uint8Array, fin: boolean): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER + payload.length)
  frame.writeUInt32BE(stream, 0)
  frame[4] = fin ? FLAG_FIN : 0
  frame.writeUIntBE(payload.length, 5, 3)
  frame.set(payload, FRAME_HEADER)
  return frame
}

/** A control frame (draft 3.1, section 2.2.1). */
export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER + payload.length)
  frame.writeUInt16BE(0x8000 | SPDY_VERSION, 0)
  frame.writeUInt16BE(type, 2)
  frame[4] = flags
  frame.writeUIntBE(payload.length, 5, 3)
  frame.set(payload, FRAME_HEADER)
  return frame
}

/** A control frame of 32-bit numbers: RST_STREAM, PING, GOAWAY, WINDOW_UPDATE. */
export function numbersFrame(type: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4)
  for (const [index, number] of numbers.entries()) payload.writeUInt32BE(number, index * 4)
  return controlFrame(type, 0, payload)
}
