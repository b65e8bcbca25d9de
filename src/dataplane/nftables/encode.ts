import { addressBytes } from '#net/ip-address.ts'
import type { Element, SetName, TableFamily, Value } from './rule.ts'
import { TABLE } from './rule.ts'

/**
 * Elements of one set as the kernel has them, one behind the other: the key's fields in a row, each padded to four bytes, then those of the data. Numbers of ours are in the
 * machine's byte order, those of packets in network order.
 */
export interface EncodedElements {
  readonly command: 'add' | 'delete'
  readonly family: TableFamily
  readonly table: string
  readonly set: SetName
  readonly count: number
  readonly keyLength: number
  /** 0: none, as in sets and in deletions. */
  readonly dataLength: number
  readonly bytes: Uint8Array
  /** One for each element, where they have such. */
  readonly comments?: readonly string[]
}

/** Intervals and verdicts have forms of their own: they go by text. */
const BY_TEXT: ReadonlySet<SetName> = new Set([
  'pod-cidrs',
  'service-cidrs',
  'balanced-cidrs',
  'virtual-cidrs',
  'own-pods',
  'allowed',
  'kinds',
  'affinity',
])
/** Sets whose key begins with a word, and then has a slot. */
const BY_WORD: ReadonlySet<SetName> = new Set([
  'backends',
  'slots',
  'endpoints',
  'cluster-endpoints',
  'local-endpoints',
  'stamp',
])
/**
 * A list of elements is a netlink attribute, at most 64 KiB; one of IPv6 takes up to 92 bytes, and with a comment up to
 * 184.
 */
const MESSAGE_ELEMENTS = 500
const MESSAGE_COMMENTED = 250
export const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 }

/** Commands in this order: all of `remove`, then all of `add`. Undefined where one of them can only be said in text. */
export function encodeElements(
  remove: readonly Element[],
  add: readonly Element[],
): readonly EncodedElements[] | undefined {
  const encoded: EncodedElements[] = []
  for (const [command, elements] of [
    ['delete', remove],
    ['add', add],
  ] as const) {
    const groups = new Map<string, Element[]>()
    for (const element of elements) {
      if (BY_TEXT.has(element.set)) return undefined
      const name = `${element.family}${element.set}${element.comment === undefined ? '' : ' commented'}`
      const group = groups.get(name)
      if (group === undefined) groups.set(name, [element])
      else group.push(element)
    }
    for (const group of groups.values()) {
      const most = group[0]?.comment === undefined ? MESSAGE_ELEMENTS : MESSAGE_COMMENTED
      for (let at = 0; at < group.length; at += most)
        encoded.push(encodeGroup(command, group, at, Math.min(at + most, group.length)))
    }
  }
  return encoded
}

function encodeGroup(
  command: 'add' | 'delete',
  elements: readonly Element[],
  from: number,
  to: number,
): EncodedElements {
  const { family, set, key, data = [] } = elements[from] as Element
  const keyLength = lengthOf(key, family)
  const dataLength = command === 'add' ? lengthOf(data, family) : 0
  const bytes = new Uint8Array((to - from) * (keyLength + dataLength))
  const view = new DataView(bytes.buffer)
  const words = BY_WORD.has(set)
  let at = 0
  for (let index = from; index < to; index++) {
    const { key, data } = elements[index] as Element
    at = write(view, at, key, words)
    if (dataLength > 0) at = write(view, at, data as readonly Value[], dataLength === 4)
  }
  const encoded = { command, family, table: TABLE, set, count: to - from, keyLength, dataLength, bytes }
  if (command === 'delete' || elements[from]?.comment === undefined) return encoded
  return { ...encoded, comments: elements.slice(from, to).map(({ comment = '' }) => comment) }
}

/** Of fields in a row. Only an address has more than four bytes. */
export function lengthOf(values: readonly Value[], family: TableFamily): number {
  let length = 0
  for (const value of values) length += typeof value === 'number' || value in PROTOCOLS || family === 'ip' ? 4 : 16
  return length
}

export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** `words`: its numbers are ours, in the machine's order; else they are ports. Gives where it ends. */
function write(view: DataView, from: number, values: readonly Value[], words: boolean): number {
  let at = from
  for (const value of values) {
    if (typeof value === 'number') {
      if (words) view.setUint32(at, value, LITTLE_ENDIAN)
      else view.setUint16(at, value)
      at += 4
      continue
    }
    const protocol = PROTOCOLS[value]
    if (protocol !== undefined) {
      view.setUint8(at, protocol)
      at += 4
    } else {
      at = writeAddress(view, at, value)
    }
  }
  return at
}

/** In network order, 4 or 16 bytes; gives where they end. IPv4, by far the most, must be right. */
export function writeAddress(view: DataView, from: number, text: string): number {
  if (!text.includes(':')) return writeIpv4(view, from, text)
  let at = from
  for (const byte of addressBytes(text)) view.setUint8(at++, byte)
  return at
}

const DOT = 46
const ZERO = 48

function writeIpv4(view: DataView, from: number, text: string): number {
  let at = from
  let part = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === DOT) {
      view.setUint8(at++, part)
      part = 0
    } else part = part * 10 + code - ZERO
  }
  view.setUint8(at, part)
  return at + 1
}
