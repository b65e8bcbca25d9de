/** RFC 6455, 5.2. */
export const OPCODES = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const
/** Octets of one frame: who sends more at once fills no memory of ours. */
const MOST_FRAME = 4 << 20

/** A frame of a WebSocket, unmasked. */
export interface Frame {
  readonly fin: boolean
  readonly opcode: number
  readonly payload: Buffer
}

/** What a client sends breaks the protocol, by the status code that the connection is closed with. */
export class WebSocketError extends Error {
  readonly code = 'WEBSOCKET_PROTOCOL'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Reads frames from octets that arrive in pieces of any size. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  #next(): Frame | undefined {
    const rest = this.#rest
    if (rest.length < 2) return undefined
    const [fin, opcode] = [(rest[0]! & 0x80) !== 0, rest[0]! & 0x0f]
    const short = rest[1]! & 0x7f
    if ((rest[0]! & 0x70) !== 0) throw new WebSocketError(1002, 'an extension that nobody agreed on')
    if (!Object.values(OPCODES).some((one) => one === opcode))
      throw new WebSocketError(1002, `opcode ${opcode} is none`)
    if ((rest[1]! & 0x80) === 0) throw new WebSocketError(1002, 'a client masks its frames')
    if (opcode >= OPCODES.CLOSE && (!fin || short > 125))
      throw new WebSocketError(1002, 'a control frame is whole and short')
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0
    if (rest.length < 2 + extra) return undefined
    const length = extra === 0 ? short : extra === 2 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
    if (length > MOST_FRAME) throw new WebSocketError(1009, `a frame of more than ${MOST_FRAME} octets`)
    const start = 2 + extra + 4
    if (rest.length < start + length) return undefined
    const mask = rest.subarray(start - 4, start)
    const payload = Buffer.from(rest.subarray(start, start + length))
    for (let at = 0; at < length; at++) payload[at]! ^= mask[at % 4]!
    this.#rest = rest.subarray(start + length)
    return { fin, opcode, payload }
  }
  /** Frames that are whole now, unmasked. Throws WebSocketError. */
  *read(data: Buffer): Generator<Frame> {
    this.#rest = Buffer.concat([this.#rest, data])
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame
  }
}

/** The octets of a frame of a server. */
export const frameOf = ({ fin, opcode, payload }: Frame): Buffer => {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10)
  head[0] = (fin ? 0x80 : 0) | opcode
  head[1] = length < 126 ? length : length < 65536 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}
