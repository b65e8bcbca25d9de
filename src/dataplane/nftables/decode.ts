import { formatAddress, fromBytes } from '#net/ip-address.ts'
import { JUDGEMENT_NAMES, kernelLength, orderOfNumbers, type Part, PROTOCOL_NAMES } from './element-layout.ts'
import type { Element, TableFamily, Value } from './rule.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'
import type { Ruleset } from './ruleset/ruleset.ts'

/** Reads the kernel's bytes of one element, as encode.ts writes them: the element that made them. `keyEnd`: of a range. */
export function decodeElement(
  family: TableFamily,
  set: string,
  key: Uint8Array,
  keyEnd: Uint8Array | undefined,
  data: Uint8Array | undefined,
  { sets }: Pick<Ruleset, 'sets'> = NODE_RULESET,
): Element {
  const layout = sets.layout(family, set)
  const values = readParts(family, layout.key, key, keyEnd)
  if (data === undefined || layout.data.length === 0) return { family, set, key: values }
  return { family, set, key: values, data: readParts(family, layout.data, data) }
}

function readParts(family: TableFamily, parts: readonly Part[], bytes: Uint8Array, end = bytes): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: Value[] = []
  let at = 0
  for (const part of parts) {
    switch (part) {
      case 'address':
        values.push(addressAt(bytes, at, family))
        break
      case 'prefix':
        values.push(cidrOf(bytes.subarray(at), end.subarray(at), family))
        break
      case 'protocol':
        values.push(PROTOCOL_NAMES.get(view.getUint8(at)) ?? String(view.getUint8(at)))
        break
      case 'port':
        values.push(view.getUint16(at))
        break
      case 'ports':
        values.push(`${view.getUint16(at)}-${(end[at] as number) * 256 + (end[at + 1] as number)}`)
        break
      case 'judgement':
        values.push(JUDGEMENT_NAMES.get(view.getInt32(at)) ?? String(view.getInt32(at)))
        break
      case 'number':
        values.push(view.getUint32(at, orderOfNumbers(parts)))
        break
    }
    at += kernelLength(part, family)
  }
  return values
}

function addressAt(bytes: Uint8Array, at: number, family: TableFamily): string {
  if (family === 'ip') return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
  return formatAddress(fromBytes(bytes.subarray(at, at + 16)))
}

/** The first and the last address of the prefix. */
function cidrOf(first: Uint8Array, last: Uint8Array, family: TableFamily): string {
  const bits = family === 'ip' ? 32 : 128
  let prefix = 0
  while (
    prefix < bits &&
    (((first[prefix >> 3] as number) ^ (last[prefix >> 3] as number)) & (0x80 >> (prefix & 7))) === 0
  )
    prefix++
  return `${addressAt(first, 0, family)}/${prefix}`
}
