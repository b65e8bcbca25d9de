/**
 * Writing and reading netlink messages (linux/netlink.h). Numbers are in the machine's byte order, attributes are
 * padded to four bytes.
 */

import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { NLA_F_NESTED, NLA_TYPE_MASK, NLM_F_REQUEST, NLMSG_HEADER_LENGTH } from './netlink-numbers.ts'

const ATTRIBUTE_HEADER_LENGTH = 4

/** A finished request: its bytes, with header, and what it is about, for errors. */
export interface NetlinkRequest {
  readonly operation: string
  readonly object: string
  readonly bytes: Uint8Array
}

const align = (length: number): number => (length + 3) & ~3

/** Builds one message: header, then fixed part and attributes in the order of the calls. */
export class MessageWriter {
  #bytes = new Uint8Array(512)
  #view = new DataView(this.#bytes.buffer)
  #length = NLMSG_HEADER_LENGTH

  constructor(type: number, flags: number) {
    this.#view.setUint16(4, type, LITTLE_ENDIAN)
    this.#view.setUint16(6, flags | NLM_F_REQUEST, LITTLE_ENDIAN)
  }

  #grow(length: number): number {
    const at = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#grow(2)
    this.#view.setUint16(at, value, LITTLE_ENDIAN)
    return this
  }

  u32(value: number): this {
    const at = this.#grow(4)
    this.#view.setUint32(at, value, LITTLE_ENDIAN)
    return this
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
    return this
  }

  attribute(type: number, value: Uint8Array): this {
    this.u16(ATTRIBUTE_HEADER_LENGTH + value.length).u16(type)
    return this.bytes(value).pad()
  }

  u8Attribute(type: number, value: number): this {
    return this.u16(ATTRIBUTE_HEADER_LENGTH + 1)
      .u16(type)
      .u8(value)
      .pad()
  }

  u16Attribute(type: number, value: number): this {
    return this.u16(ATTRIBUTE_HEADER_LENGTH + 2)
      .u16(type)
      .u16(value)
      .pad()
  }

  u32Attribute(type: number, value: number): this {
    return this.u16(ATTRIBUTE_HEADER_LENGTH + 4)
      .u16(type)
      .u32(value)
  }

  /** Terminated by a zero byte, as the kernel's NLA_NUL_STRING. */
  stringAttribute(type: number, value: string): this {
    return this.attribute(type, new TextEncoder().encode(`${value}\0`))
  }

  /** An attribute whose value is what `write` adds. */
  nested(type: number, write: (message: this) => void): this {
    const at = this.#grow(ATTRIBUTE_HEADER_LENGTH)
    write(this)
    this.#view.setUint16(at, this.#length - at, LITTLE_ENDIAN)
    this.#view.setUint16(at + 2, type | NLA_F_NESTED, LITTLE_ENDIAN)
    return this
  }

  /** A block that begins with its own 16-bit length, as struct rtnexthop does; `write` adds what follows the length. */
  counted(write: (message: this) => void): this {
    const at = this.#grow(2)
    write(this)
    this.#view.setUint16(at, this.#length - at, LITTLE_ENDIAN)
    return this.pad()
  }

  pad(): this {
    const rest = align(this.#length) - this.#length
    if (rest > 0) this.#grow(rest)
    return this
  }

  finish(operation: string, object: string): NetlinkRequest {
    this.pad()
    this.#view.setUint32(0, this.#length, LITTLE_ENDIAN)
    return { operation, object, bytes: this.#bytes.subarray(0, this.#length) }
  }
}

/** One received message: its type, flags, and what follows the header. */
export interface ReceivedMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly payload: Uint8Array
}

/** The messages of one datagram. The payloads are views of `datagram`, not copies. */
export function* readMessages(datagram: Uint8Array): Generator<ReceivedMessage> {
  const view = viewOf(datagram)
  for (let at = 0; at + NLMSG_HEADER_LENGTH <= datagram.length; ) {
    const length = view.getUint32(at, LITTLE_ENDIAN)
    if (length < NLMSG_HEADER_LENGTH || at + length > datagram.length) return
    yield {
      type: view.getUint16(at + 4, LITTLE_ENDIAN),
      flags: view.getUint16(at + 6, LITTLE_ENDIAN),
      sequence: view.getUint32(at + 8, LITTLE_ENDIAN),
      payload: datagram.subarray(at + NLMSG_HEADER_LENGTH, at + length),
    }
    at += align(length)
  }
}

/** The attributes that follow a fixed part of `offset` bytes, by type (flags taken off); the last of a type wins. */
export function readAttributes(payload: Uint8Array, offset = 0): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>()
  const view = viewOf(payload)
  for (let at = align(offset); at + ATTRIBUTE_HEADER_LENGTH <= payload.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN)
    if (length < ATTRIBUTE_HEADER_LENGTH || at + length > payload.length) break
    const type = view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK
    attributes.set(type, payload.subarray(at + ATTRIBUTE_HEADER_LENGTH, at + length))
    at += align(length)
  }
  return attributes
}

/** A view of these very bytes, wherever they lie in their buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A number in the machine’s byte order; undefined where the attribute is absent or too short. */
export function readU32(bytes: Uint8Array | undefined): number | undefined {
  return bytes === undefined || bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, LITTLE_ENDIAN)
}

/** Text up to the first zero byte. */
export function readString(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}
