import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import type { ElementChange } from '#net/element-change.ts'
import { NFNL_SUBSYS_NFTABLES, NFTA_VERDICT_CODE } from '../netlink/netfilter-numbers.ts'
import { viewOf } from '../netlink/netlink-message.ts'
import { NLA_F_NESTED, NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST } from '../netlink/netlink-numbers.ts'
import {
  NFPROTO,
  NFT_MSG_DELSETELEM,
  NFT_MSG_NEWSETELEM,
  NFT_SET_ELEM_INTERVAL_END,
  NFTA_DATA_VALUE,
  NFTA_DATA_VERDICT,
  NFTA_LIST_ELEM,
  NFTA_SET_ELEM_DATA,
  NFTA_SET_ELEM_FLAGS,
  NFTA_SET_ELEM_KEY,
  NFTA_SET_ELEM_KEY_END,
  NFTA_SET_ELEM_LIST_ELEMENTS,
  NFTA_SET_ELEM_LIST_SET,
  NFTA_SET_ELEM_LIST_TABLE,
  NFTA_SET_ELEM_USERDATA,
  UDATA_COMMENT,
} from './element-numbers.ts'

// linux/netfilter/nfnetlink.h
const NFNL_MSG_BATCH_BEGIN = 0x10
const NFNL_MSG_BATCH_END = 0x11
/** struct nlmsghdr and struct nfgenmsg. */
const HEADER = 20

/**
 * Writes transactions of element changes as netlink messages. By hand, not by MessageWriter: a cold load has fifty
 * thousand elements. The buffer is kept from one transaction to the next.
 */
export class ElementBatch {
  #out = new Uint8Array(65536)
  #view = viewOf(this.#out)
  readonly #next: () => number

  /** `next` gives each message its sequence number. */
  constructor(next: () => number) {
    this.#next = next
  }

  /** Begin, one message a change, end. The bytes are good until the next call. */
  write(changes: readonly ElementChange[]): Uint8Array {
    let at = this.#writeBatch(0, NFNL_MSG_BATCH_BEGIN)
    for (const change of changes) at = this.#writeChange(at, change)
    return this.#out.subarray(0, this.#writeBatch(at, NFNL_MSG_BATCH_END))
  }

  #grow(length: number): void {
    if (length <= this.#out.length) return
    const larger = new Uint8Array(Math.max(length, this.#out.length * 2))
    larger.set(this.#out)
    this.#out = larger
    this.#view = viewOf(larger)
  }

  #header(at: number, length: number, type: number, flags: number, family: number, subsystem: number): void {
    const view = this.#view
    view.setUint32(at, length, LITTLE_ENDIAN)
    view.setUint16(at + 4, type, LITTLE_ENDIAN)
    view.setUint16(at + 6, flags | NLM_F_REQUEST, LITTLE_ENDIAN)
    view.setUint32(at + 8, this.#next(), LITTLE_ENDIAN)
    view.setUint32(at + 12, 0)
    // struct nfgenmsg: family, version, and in network order the subsystem.
    view.setUint8(at + 16, family)
    view.setUint8(at + 17, 0)
    view.setUint16(at + 18, subsystem)
  }

  #writeBatch(at: number, type: number): number {
    this.#grow(at + HEADER)
    this.#header(at, HEADER, type, 0, 0, NFNL_SUBSYS_NFTABLES)
    return at + HEADER
  }

  #attribute(at: number, type: number, length: number): number {
    this.#view.setUint16(at, length, LITTLE_ENDIAN)
    this.#view.setUint16(at + 2, type, LITTLE_ENDIAN)
    return at + 4
  }

  #text(at: number, type: number, text: string): number {
    const bytes = new TextEncoder().encode(`${text}\0`)
    const start = this.#attribute(at, type, 4 + bytes.length)
    const end = start + ((bytes.length + 3) & ~3)
    this.#out.fill(0, start, end)
    this.#out.set(bytes, start)
    return end
  }

  /** A type, a length and a text that ends with 0. */
  #comment(from: number, comment: string): number {
    const end = from + userdata(comment)
    let at = this.#attribute(from, NFTA_SET_ELEM_USERDATA, 4 + 2 + comment.length + 1)
    this.#out[at++] = UDATA_COMMENT
    this.#out[at++] = comment.length + 1
    for (let index = 0; index < comment.length; index++) this.#out[at++] = comment.charCodeAt(index)
    while (at < end) this.#out[at++] = 0
    return end
  }

  /** A key or its end: `length` bytes from `read` on. */
  #key(from: number, type: number, bytes: Uint8Array, read: number, length: number): number {
    let at = this.#attribute(from, type | NLA_F_NESTED, 8 + length)
    at = this.#attribute(at, NFTA_DATA_VALUE, 4 + length)
    for (let index = read; index < read + length; index++) this.#out[at++] = bytes[index] as number
    return at
  }

  /** The first key behind a range, as an element of its own; nothing where there is none. */
  #end(from: number, bytes: Uint8Array, read: number, length: number): number {
    let isNone = true
    for (let index = read; index < read + length; index++) if (bytes[index] !== 0) isNone = false
    if (isNone) return from
    let at = this.#attribute(from, NFTA_LIST_ELEM | NLA_F_NESTED, END + length)
    at = this.#key(at, NFTA_SET_ELEM_KEY, bytes, read, length)
    at = this.#attribute(at, NFTA_SET_ELEM_FLAGS, 8)
    this.#view.setUint32(at, NFT_SET_ELEM_INTERVAL_END)
    return at + 4
  }

  #writeChange(from: number, change: ElementChange): number {
    const { command, family, table, set, count, keyLength, dataLength, bytes } = change
    const { comments, hasEnds, areRanges, areVerdicts } = change
    const add = command === 'add'
    const verdict = areVerdicts ? 4 : 0
    const element = 4 + (hasEnds ? 2 : 1) * (8 + keyLength) + (dataLength === 0 ? 0 : 8 + verdict + dataLength)
    let most = 4 + count * (element + (areRanges ? END + keyLength : 0))
    for (const comment of comments ?? []) most += userdata(comment)
    this.#grow(from + HEADER + 2 * (4 + 64) + most)
    let at = this.#text(from + HEADER, NFTA_SET_ELEM_LIST_TABLE, table)
    const list = this.#text(at, NFTA_SET_ELEM_LIST_SET, set)
    at = list + 4
    let read = 0
    for (let index = 0; index < count; index++) {
      const comment = comments?.[index]
      const whole = comment === undefined ? element : element + userdata(comment)
      at = this.#attribute(at, NFTA_LIST_ELEM | NLA_F_NESTED, whole)
      at = this.#key(at, NFTA_SET_ELEM_KEY, bytes, read, keyLength)
      read += keyLength
      if (hasEnds) at = this.#key(at, NFTA_SET_ELEM_KEY_END, bytes, read, keyLength)
      if (hasEnds || areRanges) read += keyLength
      if (dataLength > 0) {
        at = this.#attribute(at, NFTA_SET_ELEM_DATA | NLA_F_NESTED, 8 + verdict + dataLength)
        if (areVerdicts) {
          at = this.#attribute(at, NFTA_DATA_VERDICT | NLA_F_NESTED, 8 + dataLength)
          at = this.#attribute(at, NFTA_VERDICT_CODE, 4 + dataLength)
        } else at = this.#attribute(at, NFTA_DATA_VALUE, 4 + dataLength)
        for (const end = read + dataLength; read < end; ) this.#out[at++] = bytes[read++] as number
        if (comment !== undefined) at = this.#comment(at, comment)
      }
      if (areRanges) at = this.#end(at, bytes, read - dataLength - keyLength, keyLength)
    }
    this.#attribute(list, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, at - list)
    const type = (NFNL_SUBSYS_NFTABLES << 8) | (add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM)
    this.#header(from, at - from, type, NLM_F_ACK | (add ? NLM_F_CREATE : 0), NFPROTO[family], 0)
    return at
  }
}

/** Bytes of what ends a range, without its key. */
const END = 4 + 8 + 8

/** Bytes of a comment's attribute, padded. */
const userdata = (comment: string): number => 4 + ((2 + comment.length + 1 + 3) & ~3)
