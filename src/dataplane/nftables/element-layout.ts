import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import type { Field, TableFamily } from './rule.ts'
import type { SetDefinition } from './set-definition.ts'

/** What stands in a field of a key or of data. A number is ours: a word, a slot, a mark, a hash. */
export type Part = 'address' | 'prefix' | 'protocol' | 'port' | 'ports' | 'number' | 'judgement'

/** linux/netfilter/nf_tables.h, NFT_RETURN; linux/netfilter.h, NF_DROP. */
export const JUDGEMENTS: Readonly<Record<string, number>> = { return: -5, drop: 0 }
export const JUDGEMENT_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(JUDGEMENTS).map(([name, code]) => [code, name]),
)

/** How one set's elements are written in one family. */
export interface ElementLayout {
  readonly family: TableFamily
  readonly definition: SetDefinition
  readonly key: readonly Part[]
  /** Empty in sets, and where the data is a verdict that may name a chain. */
  readonly data: readonly Part[]
  /** Only text can say it: prefixes behind other fields, and verdicts that name chains, have forms of their own. */
  readonly onlyText: boolean
}

export const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 }
export const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(PROTOCOLS).map(([name, number]) => [number, name]),
)

/**
 * Whether numbers of a key are little-endian in the kernel: as the machine has them, but in network order where a field of the
 * key is a range of ports, since nft's rules turn them round for such sets.
 */
export const orderOfNumbers = (key: readonly Part[]): boolean => !key.includes('ports') && LITTLE_ENDIAN

/** Ranges of one field stand in the kernel as two elements: the first address, and the first behind it. */
export const isPlainRange = (key: readonly Part[]): boolean => key.length === 1 && key[0] === 'prefix'

/** Bytes in the kernel, which pads each field to four. */
export const kernelLength = (part: Part, family: TableFamily): number =>
  (part === 'address' || part === 'prefix') && family === 'ip6' ? 16 : 4

function partOf(field: Field, family: TableFamily): Part {
  switch (field) {
    case 'saddr':
    case 'daddr':
    case 'ct-daddr':
      return 'address'
    case 'client':
      return family === 'ip' ? 'address' : 'number'
    case 'l4proto':
      return 'protocol'
    case 'dport':
    case 'ct-dport':
      return 'port'
    default:
      return 'number'
  }
}

export function layoutOf(definition: SetDefinition, family: TableFamily): ElementLayout {
  const { key: fields, data = [], interval, owner } = definition
  const key = fields.map((field) => partOf(field, family))
  if (interval) key.splice(-1, 1, key.at(-1) === 'port' ? 'ports' : 'prefix')
  return {
    family,
    definition,
    key,
    data: dataOf(data, family),
    onlyText: (key.includes('prefix') && !isPlainRange(key)) || data === 'verdict' || owner === 'packets',
  }
}

const dataOf = (data: NonNullable<SetDefinition['data']>, family: TableFamily): readonly Part[] => {
  if (data === 'verdict') return []
  return data === 'judgement' ? ['judgement'] : data.map((field) => partOf(field, family))
}
