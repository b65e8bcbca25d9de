import { Wire } from '../plan.ts'
import { readUtf8 } from '../utf8.ts'
import { ProtobufError } from './protobuf-error.ts'
import type { ReadCache } from './read-cache.ts'

/** A cursor over bytes that trusts no length: every read stays inside of the message being read. */
export class ProtobufReader {
  readonly bytes: Uint8Array
  at = 0
  /** Where the message being read ends. */
  end: number
  readonly #view: DataView
  readonly #strings: ReadCache | undefined

  constructor(bytes: Uint8Array, strings?: ReadCache) {
    this.#strings = strings
    this.bytes = bytes
    this.end = bytes.length
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The low 32 bits of a varint, unsigned. */
  uint32(): number {
    const first = this.#byte()
    if (first < 128) return first
    let value = first & 127
    for (let shift = 7; shift < 70; shift += 7) {
      const byte = this.#byte()
      if (shift < 32) value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
    throw new ProtobufError('PROTOBUF_MALFORMED', 'a varint is longer than ten bytes')
  }

  int32(): number {
    return this.uint32() | 0
  }

  int64(): number {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte()
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 64) high |= bits << (shift - 32)
      if (byte >= 128) continue
      const value = (high | 0) * 4294967296 + (low >>> 0)
      if (Number.isSafeInteger(value)) return value
      throw new ProtobufError('PROTOBUF_RANGE', 'an int64 is past 2^53')
    }
    throw new ProtobufError('PROTOBUF_MALFORMED', 'a varint is longer than ten bytes')
  }

  bool(): boolean {
    return this.int64IsNotZero()
  }

  double(): number {
    const start = this.#take(8)
    return this.#view.getFloat64(start, true)
  }

  string(): string {
    const length = this.uint32()
    const start = this.#take(length)
    return this.#strings ? this.#strings.read(this.bytes, start, this.at) : readUtf8(this.bytes, start, this.at)
  }

  /** A view of the bytes, not a copy. */
  slice(): Uint8Array {
    const length = this.uint32()
    const start = this.#take(length)
    return this.bytes.subarray(start, this.at)
  }

  /** Goes into a message that begins here with its length; give the result to `leave`. */
  enter(): number {
    const length = this.uint32()
    const outer = this.end
    if (length > outer - this.at) this.#truncated()
    this.end = this.at + length
    return outer
  }

  leave(outer: number): void {
    this.at = this.end
    this.end = outer
  }

  skip(wire: number): void {
    switch (wire) {
      case Wire.varint:
        this.int64IsNotZero()
        break
      case Wire.fixed64:
        this.#take(8)
        break
      case Wire.length:
        this.#take(this.uint32())
        break
      case Wire.fixed32:
        this.#take(4)
        break
      default:
        throw new ProtobufError('PROTOBUF_MALFORMED', `wire type ${wire} is not in use`)
    }
  }

  /** Reads a varint of any value; a bool is whether it is not 0. */
  int64IsNotZero(): boolean {
    let any = 0
    for (let count = 0; count < 10; count++) {
      const byte = this.#byte()
      any |= byte & 127
      if (byte < 128) return any !== 0
    }
    throw new ProtobufError('PROTOBUF_MALFORMED', 'a varint is longer than ten bytes')
  }

  #byte(): number {
    if (this.at >= this.end) this.#truncated()
    return this.bytes[this.at++]!
  }

  #take(length: number): number {
    const start = this.at
    if (length > this.end - start) this.#truncated()
    this.at = start + length
    return start
  }

  #truncated(): never {
    throw new ProtobufError('PROTOBUF_TRUNCATED', `the message ends at byte ${this.end}, inside of a value`)
  }
}
