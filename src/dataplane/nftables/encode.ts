import { parseAddress, toBytes } from '#net/ip-address.ts'
import type { Element, SetName, TableFamily, Value } from './rule.ts'
import { TABLE } from './rule.ts'

/** Elements of one set as the kernel has them: fields in a row, each padded to four bytes; numbers of ours in the machine's byte order, those of packets in network order. */
export interface EncodedElements {
  readonly command: 'add' | 'delete'
  readonly family: TableFamily
  readonly table: string
  readonly set: SetName
  readonly elements: readonly { readonly key: Uint8Array; readonly data: Uint8Array | undefined }[]
}

/** Intervals and verdicts have forms of their own: they go by text. */
const BY_TEXT: ReadonlySet<SetName> = new Set(['pod-cidrs', 'service-cidrs', 'allowed', 'kinds', 'affinity'])
/** Sets whose key begins with a word, and then has a slot. */
const BY_WORD: ReadonlySet<SetName> = new Set([
  'backends',
  'slots',
  'endpoints',
  'cluster-endpoints',
  'local-endpoints',
])
/** A list of elements is a netlink attribute, at most 64 KiB; one of IPv6 takes up to 92 bytes. */
const MESSAGE_ELEMENTS = 500
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 }

interface Group extends EncodedElements {
  readonly elements: { key: Uint8Array; data: Uint8Array | undefined }[]
}

/** Commands in this order: all of `remove`, then all of `add`. Undefined where one of them can only be said in text. */
export function encodeElements(
  remove: readonly Element[],
  add: readonly Element[],
): readonly EncodedElements[] | undefined {
  const full: Group[] = []
  const groups = new Map<string, Group>()
  for (const [command, elements] of [
    ['delete', remove],
    ['add', add],
  ] as const) {
    for (const { family, set, key, data } of elements) {
      if (BY_TEXT.has(set)) return undefined
      const name = `${command} ${family} ${set}`
      let group = groups.get(name)
      if (group === undefined || group.elements.length === MESSAGE_ELEMENTS) {
        if (group !== undefined) full.push(group)
        group = { command, family, table: TABLE, set, elements: [] }
        groups.set(name, group)
      }
      const values = command === 'add' && data !== undefined ? encode(data, data.length === 1) : undefined
      group.elements.push({ key: encode(key, BY_WORD.has(set)), data: values })
    }
  }
  // Removals stand first, also those whose message is full.
  return [...full, ...groups.values()].sort(
    (left, right) => Number(left.command === 'add') - Number(right.command === 'add'),
  )
}

/** `words`: its numbers are ours, in the machine's order; else they are ports. */
function encode(values: readonly Value[], words: boolean): Uint8Array {
  const fields = values.map((value) => (typeof value === 'string' ? textBytes(value) : undefined))
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + Math.max(field?.length ?? 4, 4), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [index, field] of fields.entries()) {
    if (field !== undefined) bytes.set(field, at)
    else if (words) new Uint32Array(bytes.buffer, at, 1)[0] = values[index] as number
    else view.setUint16(at, values[index] as number)
    at += Math.max(field?.length ?? 4, 4)
  }
  return bytes
}

const IPV4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/

function textBytes(text: string): Uint8Array {
  const protocol = PROTOCOLS[text]
  if (protocol !== undefined) return Uint8Array.of(protocol)
  const parts = IPV4.exec(text)
  return parts === null ? toBytes(parseAddress(text)) : Uint8Array.from(parts.slice(1), Number)
}
