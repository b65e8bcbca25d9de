import { writeUtf8Before } from '../utf8.ts'
import { ProtobufError } from './protobuf-error.ts'

/**
 * Writes from the end to the beginning, as gogo does: a message's length is known when it is written, and nothing is
 * copied.
 */
export class ProtobufWriter {
  #bytes: Uint8Array
  #view: DataView
  #at: number

  constructor(size = 16384) {
    this.#bytes = new Uint8Array(size)
    this.#view = new DataView(this.#bytes.buffer)
    this.#at = size
  }

  /** Bytes written so far; the difference of two is the length of what was written between. */
  get written(): number {
    return this.#bytes.length - this.#at
  }

  varint(value: number): void {
    this.#reserve(10)
    const bytes = this.#bytes
    if (value < 128) {
      bytes[--this.#at] = value
      return
    }
    let count = 1
    for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) count++
    this.#at -= count
    let at = this.#at
    let rest = value
    while (rest > 127) {
      bytes[at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    bytes[at] = rest
  }

  /** A signed integer; a negative one takes ten bytes, in int32 too. */
  integer(value: number): void {
    if (value >= 0) {
      this.varint(value)
      return
    }
    this.#reserve(10)
    this.#at -= 10
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let index = 0; index < 9; index++) {
      this.#bytes[this.#at + index] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.#bytes[this.#at + 9] = Number(rest)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at -= 8
    this.#view.setFloat64(this.#at, value, true)
  }

  /** With its length before it. */
  string(text: string): void {
    this.#reserve(text.length * 3 + 10)
    const end = this.#at
    this.#at = writeUtf8Before(this.#bytes, end, text)
    this.varint(end - this.#at)
  }

  /** With their length before them. */
  lengthAndBytes(bytes: Uint8Array): void {
    this.raw(bytes)
    this.varint(bytes.length)
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#at -= bytes.length
    this.#bytes.set(bytes, this.#at)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(this.#at)
  }

  reset(): void {
    // One large list must not hold its memory for ever.
    if (this.#bytes.length > 1 << 20) {
      this.#bytes = new Uint8Array(16384)
      this.#view = new DataView(this.#bytes.buffer)
    }
    this.#at = this.#bytes.length
  }

  #reserve(count: number): void {
    if (this.#at >= count) return
    const { written } = this
    const size = Math.max(this.#bytes.length * 2, written + count + 1024)
    if (size > 1 << 30) throw new ProtobufError('PROTOBUF_VALUE', 'the message is larger than 1 GiB')
    const grown = new Uint8Array(size)
    grown.set(this.#bytes.subarray(this.#at), size - written)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
    this.#at = size - written
  }
}
