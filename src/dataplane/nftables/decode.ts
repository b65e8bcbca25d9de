import { formatAddress, fromBytes } from '#net/ip-address.ts'
import { LITTLE_ENDIAN, PROTOCOLS } from './encode.ts'
import type { Element, Field, SetDefinition, SetName, TableFamily, Value } from './rule.ts'
import { sets } from './ruleset/sets.ts'

const definitions = new Map(sets.map((set) => [set.name, set]))
const PROTOCOL_NAMES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]))

const DATA_FIELDS: { readonly [data in NonNullable<SetDefinition['data']>]: readonly Field[] } = {
  word: ['word'],
  endpoint: ['daddr', 'dport'],
  address: ['daddr'],
  verdict: [],
  mark: ['mark'],
  'ct-mark': ['ct-mark'],
}

/** Reads the kernel's bytes of one element, as encode.ts writes them: the element that made them. `keyEnd`: of a range. */
export function decodeElement(
  family: TableFamily,
  set: SetName,
  key: Uint8Array,
  keyEnd: Uint8Array | undefined,
  data: Uint8Array | undefined,
): Element {
  const definition = definitions.get(set)
  if (definition === undefined) throw new Error(`there is no set ${set}`)
  const values = readFields(family, definition.key, key)
  if (definition.interval) values[values.length - 1] = cidrOf(key, keyEnd ?? key, family)
  if (data === undefined || definition.data === undefined) return { family, set, key: values }
  return { family, set, key: values, data: readFields(family, DATA_FIELDS[definition.data], data) }
}

function readFields(family: TableFamily, fields: readonly Field[], bytes: Uint8Array): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: Value[] = []
  let at = 0
  for (const field of fields) {
    if (field === 'saddr' || field === 'daddr') {
      values.push(addressAt(bytes, at, family))
      at += family === 'ip' ? 4 : 16
      continue
    }
    if (field === 'l4proto') values.push(PROTOCOL_NAMES.get(view.getUint8(at)) ?? String(view.getUint8(at)))
    else if (field === 'dport') values.push(view.getUint16(at))
    else values.push(view.getUint32(at, LITTLE_ENDIAN))
    at += 4
  }
  return values
}

function addressAt(bytes: Uint8Array, at: number, family: TableFamily): string {
  if (family === 'ip') return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
  return formatAddress(fromBytes(bytes.subarray(at, at + 16)))
}

/** The last field of both: the first and the last address of the prefix. */
function cidrOf(from: Uint8Array, to: Uint8Array, family: TableFamily): string {
  const size = family === 'ip' ? 4 : 16
  const [first, last] = [from.subarray(from.length - size), to.subarray(to.length - size)]
  let prefix = 0
  while (
    prefix < size * 8 &&
    (((first[prefix >> 3] as number) ^ (last[prefix >> 3] as number)) & (0x80 >> (prefix & 7))) === 0
  )
    prefix++
  return `${addressAt(first, 0, family)}/${prefix}`
}
