import type { Field, TableFamily } from './rule.ts'
import type { SetDefinition } from './set-definition.ts'

/** What stands in a field of a key or of data. A number is ours: a word, a slot, a mark, a hash. */
export type Part = 'address' | 'prefix' | 'protocol' | 'port' | 'number'

/** How one set's elements are written in one family. */
export interface ElementLayout {
  readonly family: TableFamily
  readonly definition: SetDefinition
  readonly key: readonly Part[]
  /** Empty in sets, and where the data is a verdict. */
  readonly data: readonly Part[]
  /** Only text can say it: intervals and verdicts have forms of their own. */
  readonly onlyText: boolean
}

export const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 }
export const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(PROTOCOLS).map(([name, number]) => [number, name]),
)

/** Bytes in the kernel, which pads each field to four. */
export const kernelLength = (part: Part, family: TableFamily): number =>
  part === 'address' && family === 'ip6' ? 16 : 4

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
  if (interval) key.splice(-1, 1, 'prefix')
  return {
    family,
    definition,
    key,
    data: data === 'verdict' ? [] : data.map((field) => partOf(field, family)),
    onlyText: interval === true || data === 'verdict' || owner === 'packets',
  }
}
