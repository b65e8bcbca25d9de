import { decodeElement } from '#dataplane/nftables/decode.ts'
import { elementKey } from '#dataplane/nftables/render.ts'
import { type Element, TABLE_FAMILIES, type TableFamily } from '#dataplane/nftables/rule.ts'
import type { SetDefinition } from '#dataplane/nftables/set-definition.ts'
import { formatBytes } from '#net/ip-address.ts'
import type { Tables } from './node-tables.ts'
import { canBeOurs } from './own-element.ts'

type Readable = Pick<Tables, 'nftables' | 'ruleset'>

/** Whether these sets hold these elements and no others. Throws as Nftables.dump(). */
export function haveElements(tables: Readable, sets: readonly SetDefinition[], elements: readonly Element[]): boolean {
  const found: string[] = []
  for (const family of TABLE_FAMILIES)
    for (const set of sets) if (!readSet(tables, family, set, (element) => found.push(textOf(element)))) return false
  return found.sort().join('\n') === elements.map(textOf).sort().join('\n')
}

const textOf = (element: Element): string =>
  `${element.family} ${element.set} ${elementKey(element)} : ${element.data?.join(' . ')}`

/**
 * Tells `visit` the elements of these sets, of both families, packed: of nearly all the kernel's bytes are copied, and
 * not read. False: there are others that cannot be ours, which are left out. Throws as Nftables.dump().
 */
export function readPacked(
  { packing, ...tables }: Tables,
  sets: readonly SetDefinition[],
  visit: (packed: string) => void,
): boolean {
  let areOurs = true
  for (const family of TABLE_FAMILIES)
    for (const set of sets)
      if (isPlainInterval(set))
        areOurs = readSet(tables, family, set, (element) => visit(packing.pack([element]))) && areOurs
      else {
        const layout = tables.ruleset.sets.layout(family, set.name)
        tables.nftables.dump(family, tables.ruleset.table, set.name, (one) => {
          if (canBeOurs(layout, one)) visit(packing.packDumped(family, set.name, one))
          else areOurs = false
        })
      }
  return areOurs
}

/** Tells `visit` each element of a set. False where there are elements that cannot be ours, and are left out. */
export function readSet(
  { nftables, ruleset }: Readable,
  family: TableFamily,
  set: SetDefinition,
  visit: (element: Element) => void,
): boolean {
  if (isPlainInterval(set)) {
    const { ranges, areOurs } = readRanges({ nftables, ruleset }, family, set)
    for (const element of ranges) visit(element)
    return areOurs
  }
  const layout = ruleset.sets.layout(family, set.name)
  let areOurs = true
  nftables.dump(family, ruleset.table, set.name, (one) => {
    if (canBeOurs(layout, one)) visit(decodeElement(family, set.name, one.key, one.keyEnd, one.data, ruleset))
    else areOurs = false
  })
  return areOurs
}

/** Ranges of one field are told in two elements: where each begins, and the first address behind it. */
const isPlainInterval = ({ interval, key }: SetDefinition): boolean => interval === true && key.length === 1

interface Bound {
  readonly address: Uint8Array
  readonly isEnd: boolean
  readonly data: Uint8Array | undefined
}

function readRanges(
  { nftables, ruleset }: Readable,
  family: TableFamily,
  { name }: SetDefinition,
): { readonly ranges: readonly Element[]; readonly areOurs: boolean } {
  const bounds: Bound[] = []
  const ranges: Element[] = []
  let areOurs = true
  nftables.dump(family, ruleset.table, name, ({ key, isEnd, data }) => {
    if (key.length === 0) areOurs = false
    else bounds.push({ address: key.slice(), isEnd, data: data?.slice() })
  })
  // Where one range ends and the next begins, the end comes first.
  bounds.sort((left, right) => compare(left.address, right.address) || Number(right.isEnd) - Number(left.isEnd))
  for (const [index, { address, isEnd, data }] of bounds.entries()) {
    if (isEnd) continue
    const { data: values } = decodeElement(family, name, address, undefined, data, ruleset)
    const text = cidrText(address, bounds[index + 1]?.address)
    if (text === undefined) areOurs = false
    else ranges.push({ family, set: name, key: [text], ...(values && { data: values }) })
  }
  return { ranges, areOurs }
}

function compare(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((byte, index) => byte !== right[index])
  return at < 0 ? 0 : (left[at] as number) - (right[at] as number)
}

const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/**
 * The prefix that goes from `first` to before `behind` (none: to the family's last address); undefined: another range,
 * which ours never are.
 */
function cidrText(first: Uint8Array, behind: Uint8Array | undefined): string | undefined {
  const bits = first.length * 8
  const size = (behind === undefined ? 1n << BigInt(bits) : numberOf(behind)) - numberOf(first)
  const hostBits = size.toString(2).length - 1
  const isPrefix = size === 1n << BigInt(hostBits) && numberOf(first) % size === 0n
  return isPrefix ? `${formatBytes(first)}/${bits - hostBits}` : undefined
}
