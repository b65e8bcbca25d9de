import { decodeElement } from '#dataplane/nftables/decode.ts'
import { LITTLE_ENDIAN, PROTOCOLS, writeAddress } from '#dataplane/nftables/encode.ts'
import type { Element, Field, SetDefinition, SetName, TableFamily, Value } from '#dataplane/nftables/rule.ts'
import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { sets } from '#dataplane/nftables/ruleset/sets.ts'
import type { DumpedElement } from '#kernel/nftables/element-dump.ts'
import { formatBytes } from '#net/ip-address.ts'

/**
 * Elements in few bytes, one behind the other, a character each: V8 holds, compares and hashes such text as it is. What
 * a node must remember of a Service takes a quarter of what it takes in words. The first byte of an element tells
 * family and set, and with them all lengths.
 */

type Part = 'address' | 'prefix' | 'protocol' | 'port' | 'number'

interface Layout {
  readonly family: TableFamily
  readonly definition: SetDefinition
  readonly key: readonly Part[]
  readonly data: readonly Part[]
  readonly keyLength: number
  readonly dataLength: number
}

const ADDRESSES: ReadonlySet<Field> = new Set(['saddr', 'daddr', 'ct-daddr'])
const PROTOCOL_NAMES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]))

const partOf = (field: Field): Part => {
  if (ADDRESSES.has(field)) return 'address'
  if (field === 'l4proto') return 'protocol'
  return field === 'dport' || field === 'ct-dport' ? 'port' : 'number'
}
const LENGTHS: { readonly [family in TableFamily]: { readonly [part in Part]: number } } = {
  ip: { address: 4, prefix: 5, protocol: 1, port: 2, number: 4 },
  ip6: { address: 16, prefix: 17, protocol: 1, port: 2, number: 4 },
}
const lengthOf = (part: Part, family: TableFamily): number => LENGTHS[family][part]

const DATA: Readonly<Record<string, readonly Part[]>> = {
  word: ['number'],
  endpoint: ['address', 'port'],
  address: ['address'],
}

/** By the first byte. */
const LAYOUTS: readonly Layout[] = TABLE_FAMILIES.flatMap((family) =>
  sets.map((definition) => {
    const key = definition.key.map(partOf)
    // Of a range the last field is a prefix.
    if (definition.interval) key.splice(-1, 1, 'prefix')
    const data = DATA[definition.data ?? ''] ?? []
    const sum = (parts: readonly Part[]) => parts.reduce((total, part) => total + lengthOf(part, family), 0)
    return { family, definition, key, data, keyLength: sum(key), dataLength: sum(data) }
  }),
)
const TAGS: { readonly [family in TableFamily]: ReadonlyMap<SetName, number> } = {
  ip: new Map(LAYOUTS.flatMap(({ family, definition }, tag) => (family === 'ip' ? [[definition.name, tag]] : []))),
  ip6: new Map(LAYOUTS.flatMap(({ family, definition }, tag) => (family === 'ip6' ? [[definition.name, tag]] : []))),
}
const LONGEST = 1 + Math.max(...LAYOUTS.map(({ keyLength, dataLength }) => keyLength + dataLength))

let scratch = Buffer.alloc(LONGEST * 64)
let view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength)

export function packElements(elements: readonly Element[]): string {
  if (elements.length * LONGEST > scratch.length) {
    scratch = Buffer.alloc(elements.length * LONGEST)
    view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength)
  }
  let at = 0
  for (const { family, set, key, data } of elements) {
    const tag = TAGS[family].get(set) as number
    const layout = LAYOUTS[tag] as Layout
    view.setUint8(at, tag)
    at = writeParts(layout.key, key, at + 1)
    if (data !== undefined) at = writeParts(layout.data, data, at)
  }
  return scratch.toString('latin1', 0, at)
}

/** The same of an element as a dump has it: its fields are copied, not read. `keyEnd`: of a range. */
export function packDumped(
  family: TableFamily,
  set: SetName,
  { key, keyEnd, data }: Pick<DumpedElement, 'key' | 'keyEnd' | 'data'>,
): string {
  const tag = TAGS[family].get(set) as number
  const { definition, ...layout } = LAYOUTS[tag] as Layout
  if (definition.interval) return packElements([decodeElement(family, set, key, keyEnd, data)])
  scratch[0] = tag
  const middle = copyParts(layout.key, family, key, 1)
  return scratch.toString('latin1', 0, data === undefined ? middle : copyParts(layout.data, family, data, middle))
}

/** The kernel pads each field to four bytes, and has numbers of ours in the machine's order. */
function copyParts(parts: readonly Part[], family: TableFamily, bytes: Uint8Array, from: number): number {
  let at = from
  let read = 0
  for (const part of parts) {
    const length = lengthOf(part, family)
    for (let index = 0; index < length; index++)
      scratch[at + index] = bytes[part === 'number' && LITTLE_ENDIAN ? read + 3 - index : read + index] as number
    at += length
    read += (length + 3) & ~3
  }
  return at
}

/** The word that it carries in its key or its data, in sets of which one has such. */
export function wordOf(packed: string): number {
  const { key, keyLength } = LAYOUTS[packed.charCodeAt(0)] as Layout
  const at = key[0] === 'number' ? 1 : 1 + keyLength
  let word = 0
  for (let index = at; index < at + 4; index++) word = word * 256 + packed.charCodeAt(index)
  return word
}

/** Tells `visit` each element: its identity (family, set and key), and its data, empty in sets. */
export function visitElements(text: string, visit: (identity: string, data: string) => void): void {
  for (let at = 0; at < text.length; ) {
    const { keyLength, dataLength } = LAYOUTS[text.charCodeAt(at)] as Layout
    const middle = at + 1 + keyLength
    const end = middle + dataLength
    visit(text.slice(at, middle), text.slice(middle, end))
    at = end
  }
}

export function unpackElement(identity: string, data: string): Element {
  const layout = LAYOUTS[identity.charCodeAt(0)] as Layout
  const { family, definition } = layout
  const element = { family, set: definition.name, key: readParts(layout.key, family, identity, 1) }
  return data === '' ? element : { ...element, data: readParts(layout.data, family, data, 0) }
}

export const setOf = (identity: string): SetName => (LAYOUTS[identity.charCodeAt(0)] as Layout).definition.name

/** Whether its key begins with the id of a service port, so that no two Services want the same element. */
export const isOneServices = (identity: string): boolean =>
  (LAYOUTS[identity.charCodeAt(0)] as Layout).key[0] === 'number'

function writeParts(parts: readonly Part[], values: readonly Value[], from: number): number {
  let at = from
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]
    const value = values[index] as Value
    if (part === 'number') {
      view.setUint32(at, value as number)
      at += 4
    } else if (part === 'port') {
      view.setUint16(at, value as number)
      at += 2
    } else if (part === 'protocol') view.setUint8(at++, PROTOCOLS[value] as number)
    else if (part === 'address') at = writeAddress(view, at, value as string)
    else at = writePrefix(value as string, at)
  }
  return at
}

function writePrefix(text: string, from: number): number {
  const slash = text.indexOf('/')
  return scratch.writeUInt8(Number(text.slice(slash + 1)), writeAddress(view, from, text.slice(0, slash)))
}

function readParts(parts: readonly Part[], family: TableFamily, text: string, from: number): readonly Value[] {
  const bytes = Buffer.from(text, 'latin1')
  let at = from
  return parts.map((part) => {
    const start = at
    at += lengthOf(part, family)
    if (part === 'number') return bytes.readUInt32BE(start)
    if (part === 'port') return bytes.readUInt16BE(start)
    if (part === 'protocol') return PROTOCOL_NAMES.get(bytes.readUInt8(start)) as string
    const size = lengthOf('address', family)
    const address = formatBytes(bytes.subarray(start, start + size))
    return part === 'prefix' ? `${address}/${bytes.readUInt8(start + size)}` : address
  })
}
