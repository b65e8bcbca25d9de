import { ErrorCode, HeaderError, MessageType } from './codes.ts'
import { BgpMessageError, errorNotice } from './message-error.ts'

/** Marker, length and type, RFC 4271 section 4.1. */
export const HEADER_SIZE = 19
/** Octets of a message at most, its header among them. */
export const MOST_SIZE = 4096
const MARKER_SIZE = 16
const MARK = 0xff

/** Octets of each type's least message, and whether it has no other length. */
const SIZES: ReadonlyMap<number, { readonly least: number; readonly isOnly: boolean }> = new Map([
  [MessageType.OPEN, { least: 29, isOnly: false }],
  [MessageType.UPDATE, { least: 23, isOnly: false }],
  [MessageType.NOTIFICATION, { least: 21, isOnly: false }],
  [MessageType.KEEPALIVE, { least: HEADER_SIZE, isOnly: true }],
  [MessageType.ROUTE_REFRESH, { least: 23, isOnly: true }],
])

/** A message of a body. Throws RangeError where it would be too long: who makes bodies counts. */
export const frame = (type: number, body: Uint8Array): Uint8Array => {
  const size = HEADER_SIZE + body.length
  if (size > MOST_SIZE) throw new RangeError(`a message of ${size} octets`)
  const octets = new Uint8Array(size).fill(MARK, 0, MARKER_SIZE)
  octets[MARKER_SIZE] = size >> 8
  octets[MARKER_SIZE + 1] = size & 0xff
  octets[MARKER_SIZE + 2] = type
  octets.set(body, HEADER_SIZE)
  return octets
}

export interface Frame {
  readonly type: number
  readonly body: Uint8Array
}

const refuse = (subcode: number, message: string, data?: Uint8Array): BgpMessageError =>
  new BgpMessageError(errorNotice(ErrorCode.HEADER, subcode, data), message)

/** Cuts a stream into messages. */
export class MessageFramer {
  #octets: Uint8Array = new Uint8Array(0)

  push(chunk: Uint8Array): void {
    const joined = new Uint8Array(this.#octets.length + chunk.length)
    joined.set(this.#octets)
    joined.set(chunk, this.#octets.length)
    this.#octets = joined
  }

  /** The next whole message, undefined where it has not all come. Throws BgpMessageError (RFC 4271 section 6.1). */
  next(): Frame | undefined {
    const octets = this.#octets
    const marker = octets.subarray(0, MARKER_SIZE)
    if (!marker.every((octet) => octet === MARK))
      throw refuse(HeaderError.NOT_SYNCHRONIZED, 'the marker is not all ones')
    if (octets.length < HEADER_SIZE) return undefined
    const [high = 0, low = 0, type = 0] = octets.subarray(MARKER_SIZE, HEADER_SIZE)
    const size = high * 0x100 + low
    const badLength = (): BgpMessageError =>
      refuse(HeaderError.BAD_LENGTH, `a message of type ${type} has ${size} octets`, Uint8Array.of(high, low))
    if (size < HEADER_SIZE || size > MOST_SIZE) throw badLength()
    const sizes = SIZES.get(type)
    if (sizes === undefined) throw refuse(HeaderError.BAD_TYPE, `message type ${type} is unknown`, Uint8Array.of(type))
    if (size < sizes.least || (sizes.isOnly && size > sizes.least)) throw badLength()
    if (octets.length < size) return undefined
    this.#octets = octets.subarray(size)
    return { type, body: octets.subarray(HEADER_SIZE, size) }
  }
}
