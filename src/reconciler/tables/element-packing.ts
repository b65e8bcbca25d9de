import { decodeElement } from '#dataplane/nftables/decode.ts'
import {
  type ElementLayout,
  JUDGEMENT_NAMES,
  JUDGEMENTS,
  type Part,
  PROTOCOL_NAMES,
  PROTOCOLS,
} from '#dataplane/nftables/element-layout.ts'
import { writeAddress } from '#dataplane/nftables/encode.ts'
import type { Element, TableFamily, Value } from '#dataplane/nftables/rule.ts'
import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { SetDefinition } from '#dataplane/nftables/set-definition.ts'
import type { DumpedElement } from '#kernel/nftables/element-dump.ts'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { formatBytes } from '#net/ip-address.ts'

const LENGTHS: { readonly [family in TableFamily]: { readonly [part in Part]: number } } = {
  ip: { address: 4, prefix: 5, protocol: 1, port: 2, ports: 4, number: 4, judgement: 1 },
  ip6: { address: 16, prefix: 17, protocol: 1, port: 2, ports: 4, number: 4, judgement: 1 },
}
const lengthOf = (part: Part, family: TableFamily): number => LENGTHS[family][part]

interface PackedLayout extends ElementLayout {
  readonly tag: number
  readonly keyLength: number
  readonly dataLength: number
  readonly isSole: boolean
}

const FIRST_SCRATCH = 4096
let scratch = Buffer.alloc(FIRST_SCRATCH)
let view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength)

function makeRoom(bytes: number): void {
  if (bytes <= scratch.length) return
  scratch = Buffer.alloc(bytes)
  view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength)
}

/**
 * Elements in few bytes, one behind the other, a character each: V8 holds, compares and hashes such text as it is. What
 * a node must remember of a Service takes a quarter of what it takes in words. The first byte of an element tells
 * family and set, and with them all lengths.
 */
export class ElementPacking {
  readonly #ruleset: Pick<Ruleset, 'sets'>
  /** By the first byte. */
  readonly #layouts: readonly PackedLayout[]
  readonly #byName: { readonly [family in TableFamily]: ReadonlyMap<string, PackedLayout> }
  readonly #longest: number

  constructor(ruleset: Pick<Ruleset, 'sets'> = NODE_RULESET) {
    this.#ruleset = ruleset
    this.#layouts = ruleset.sets.layouts.map((layout, tag) => {
      const sum = (parts: readonly Part[]) => parts.reduce((total, part) => total + lengthOf(part, layout.family), 0)
      const isSole = layout.key[0] === 'number' || layout.definition.sole === true
      return { ...layout, tag, keyLength: sum(layout.key), dataLength: sum(layout.data), isSole }
    })
    const of = (family: TableFamily) =>
      new Map(this.#layouts.filter((one) => one.family === family).map((one) => [one.definition.name, one]))
    this.#byName = { ip: of('ip'), ip6: of('ip6') }
    this.#longest = 1 + Math.max(...this.#layouts.map(({ keyLength, dataLength }) => keyLength + dataLength))
  }

  pack(elements: readonly Element[]): string {
    makeRoom(elements.length * this.#longest)
    let at = 0
    for (const { family, set, key, data } of elements) {
      const layout = this.#named(family, set)
      view.setUint8(at, layout.tag)
      at = writeParts(layout.key, key, at + 1)
      if (data !== undefined) at = writeParts(layout.data, data, at)
    }
    return scratch.toString('latin1', 0, at)
  }

  /** The same of an element as a dump has it: its fields are copied, not read. */
  packDumped(
    family: TableFamily,
    set: string,
    { key, keyEnd, data: value, verdict }: Pick<DumpedElement, 'key' | 'keyEnd' | 'data'> & Partial<DumpedElement>,
  ): string {
    const layout = this.#named(family, set)
    const data = layout.data[0] === 'judgement' && verdict !== undefined ? codeBytes(verdict.code) : value
    if (layout.definition.interval || layout.data[0] === 'judgement')
      return this.pack([decodeElement(family, set, key, keyEnd, data, this.#ruleset)])
    scratch[0] = layout.tag
    const middle = copyParts(layout.key, family, key, 1)
    return scratch.toString('latin1', 0, data === undefined ? middle : copyParts(layout.data, family, data, middle))
  }

  /** The word that it carries in its key or its data, in sets of which one has such. */
  wordOf(packed: string): number {
    const { key, keyLength } = this.#of(packed)
    const at = key[0] === 'number' ? 1 : 1 + keyLength
    let word = 0
    for (let index = at; index < at + 4; index++) word = word * 256 + packed.charCodeAt(index)
    return word
  }

  /** Tells `visit` each element: its identity (family, set and key), and its data, empty in sets. */
  visit(text: string, visit: (identity: string, data: string) => void): void {
    for (let at = 0; at < text.length; ) {
      const { keyLength, dataLength } = this.#layouts[text.charCodeAt(at)] as PackedLayout
      const middle = at + 1 + keyLength
      const end = middle + dataLength
      visit(text.slice(at, middle), text.slice(middle, end))
      at = end
    }
  }

  unpack(identity: string, data: string): Element {
    const layout = this.#of(identity)
    const { family, definition } = layout
    const element = { family, set: definition.name, key: readParts(layout.key, family, identity, 1) }
    return data === '' ? element : { ...element, data: readParts(layout.data, family, data, 0) }
  }

  setOf(identity: string): SetDefinition {
    return this.#of(identity).definition
  }

  /** Whether no two want the same element: its key begins with the id of a service port, or its set is such a one. */
  isSole(identity: string): boolean {
    return this.#of(identity).isSole
  }

  #of(identity: string): PackedLayout {
    return this.#layouts[identity.charCodeAt(0)] as PackedLayout
  }

  #named(family: TableFamily, set: string): PackedLayout {
    const layout = this.#byName[family].get(set)
    if (layout === undefined) throw new Error(`the ruleset has no set ${set}`)
    return layout
  }
}

const codeBytes = (code: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, code)
  return bytes
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
    } else if (part === 'ports') {
      const [first, last] = (value as string).split('-').map(Number) as [number, number]
      view.setUint16(at, first)
      view.setUint16(at + 2, last)
      at += 4
    } else if (part === 'judgement') view.setInt8(at++, JUDGEMENTS[value] as number)
    else if (part === 'protocol') view.setUint8(at++, PROTOCOLS[value] as number)
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
    if (part === 'ports') return `${bytes.readUInt16BE(start)}-${bytes.readUInt16BE(start + 2)}`
    if (part === 'judgement') return JUDGEMENT_NAMES.get(bytes.readInt8(start)) as string
    if (part === 'protocol') return PROTOCOL_NAMES.get(bytes.readUInt8(start)) as string
    const size = lengthOf('address', family)
    const address = formatBytes(bytes.subarray(start, start + size))
    return part === 'prefix' ? `${address}/${bytes.readUInt8(start + size)}` : address
  })
}
