import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import type { ElementChange } from '#net/element-change.ts'
import { addressBytes } from '#net/ip-address.ts'
import {
  type ElementLayout,
  isPlainRange,
  JUDGEMENTS,
  kernelLength,
  orderOfNumbers,
  type Part,
  PROTOCOLS,
} from './element-layout.ts'
import type { Element, TableFamily, Value } from './rule.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'
import type { Ruleset } from './ruleset/ruleset.ts'

/**
 * A list of elements is a netlink attribute, at most 64 KiB; one of IPv6 takes up to 92 bytes, and with a comment up to
 * 184.
 */
const MESSAGE_ELEMENTS = 500
const MESSAGE_COMMENTED = 250

/**
 * Elements as the kernel has them: the key's fields in a row, each padded to four bytes, then those of the data. Numbers
 * of ours are in the machine's byte order, those of packets in network order. All of `remove` comes first, then all of
 * `add`. Undefined where one of them can only be said in text.
 */
export function encodeElements(
  remove: readonly Element[],
  add: readonly Element[],
  { table, sets }: Pick<Ruleset, 'sets' | 'table'> = NODE_RULESET,
): readonly ElementChange[] | undefined {
  const encoded: ElementChange[] = []
  for (const [command, elements] of [
    ['delete', remove],
    ['add', add],
  ] as const) {
    const groups = new Map<string, Element[]>()
    for (const element of elements) {
      if (sets.layout(element.family, element.set).onlyText) return undefined
      const name = `${element.family}${element.set}${element.comment === undefined ? '' : ' commented'}`
      const group = groups.get(name)
      if (group === undefined) groups.set(name, [element])
      else group.push(element)
    }
    for (const group of groups.values()) {
      const [first] = group as [Element]
      const layout = sets.layout(first.family, first.set)
      const most = first.comment === undefined ? MESSAGE_ELEMENTS : MESSAGE_COMMENTED
      for (let at = 0; at < group.length; at += most)
        encoded.push(encodeGroup(command, table, layout, group.slice(at, at + most)))
    }
  }
  return encoded
}

function encodeGroup(
  command: 'add' | 'delete',
  table: string,
  { family, definition, key: keyParts, data }: ElementLayout,
  elements: readonly Element[],
): ElementChange {
  const dataParts = command === 'add' ? data : []
  const keyLength = lengthOf(keyParts, family)
  const dataLength = lengthOf(dataParts, family)
  const hasEnds = keyParts.includes('ports')
  const areRanges = isPlainRange(keyParts)
  const numbersAre = orderOfNumbers(keyParts)
  const bytes = new Uint8Array(elements.length * ((hasEnds || areRanges ? 2 : 1) * keyLength + dataLength))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { key, data = [] } of elements) {
    at = write(view, at, keyParts, key, numbersAre)
    if (hasEnds) at = write(view, at, keyParts, lastOf(key), numbersAre)
    if (areRanges) at = writeBehind(bytes, at, keyLength, prefixOf(key))
    at = write(view, at, dataParts, data)
  }
  const { name: set } = definition
  const encoded: ElementChange = {
    command,
    family,
    table,
    set,
    count: elements.length,
    keyLength,
    dataLength,
    bytes,
    ...(hasEnds && { hasEnds }),
    ...(areRanges && { areRanges }),
    ...(dataParts[0] === 'judgement' && { areVerdicts: true }),
  }
  if (command === 'delete' || elements[0]?.comment === undefined) return encoded
  return { ...encoded, comments: elements.map(({ comment = '' }) => comment) }
}

/** Of a range of ports the last one, in the place of the first. */
const lastOf = (key: readonly Value[]): readonly Value[] => [
  ...key.slice(0, -1),
  String(key.at(-1)).slice(String(key.at(-1)).indexOf('-') + 1),
]

const prefixOf = ([network]: readonly Value[]): number =>
  Number(String(network).slice(String(network).indexOf('/') + 1))

/** The first address behind the network that stands before it: 0 where that reaches to the family's last. */
function writeBehind(bytes: Uint8Array, from: number, length: number, prefix: number): number {
  bytes.copyWithin(from, from - length, from)
  let carry = prefix === 0 ? 0 : 0x80 >> ((prefix - 1) & 7)
  for (let at = from + ((prefix - 1) >> 3); carry > 0 && at >= from; at--) {
    const sum = (bytes[at] as number) + carry
    bytes[at] = sum & 0xff
    carry = sum >> 8
  }
  return from + length
}

function lengthOf(parts: readonly Part[], family: TableFamily): number {
  let length = 0
  for (const part of parts) length += kernelLength(part, family)
  return length
}

/** Gives where it ends. */
function write(
  view: DataView,
  from: number,
  parts: readonly Part[],
  values: readonly Value[],
  isLittleEndian = LITTLE_ENDIAN,
): number {
  let at = from
  for (let index = 0; index < parts.length; index++) {
    const value = values[index] as Value
    switch (parts[index]) {
      case 'number':
        view.setUint32(at, value as number, isLittleEndian)
        break
      case 'port':
        view.setUint16(at, value as number)
        break
      case 'ports':
        view.setUint16(at, Number.parseInt(value as string, 10))
        break
      case 'protocol':
        view.setUint8(at, PROTOCOLS[value] as number)
        break
      case 'judgement':
        view.setInt32(at, JUDGEMENTS[value] as number)
        break
      case 'prefix':
        at = writeAddress(view, at, (value as string).slice(0, (value as string).indexOf('/')))
        continue
      default:
        at = writeAddress(view, at, value as string)
        continue
    }
    at += 4
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
