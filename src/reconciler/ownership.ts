import { encodeElements } from '#dataplane/nftables/encode.ts'
import { renderBase, renderDelete, renderElements, renderRule, stampOf } from '#dataplane/nftables/render.ts'
import { type Element, type SetName, TABLE, TABLE_FAMILIES, type TableFamily, WORD } from '#dataplane/nftables/rule.ts'
import { chains } from '#dataplane/nftables/ruleset/chains.ts'
import { sets } from '#dataplane/nftables/ruleset/sets.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { hashOf } from './hash.ts'
import { renderNodeSets } from './node-sets.ts'

/** What the words of the set `stamp`, which no rule reads, tell the next process. */
interface Stamps {
  /** Hash of the constant rules and sets, as they are written. */
  readonly rules: number
  /**
   * Hash of what pins, and the ids that they are kept by, are made of: tables of other rules but of this shape can hand
   * over their pins.
   */
  readonly shape: number
}

/** The maps of which pins make sense. */
const PINNING: readonly SetName[] = [
  'frontends',
  'nodeports',
  'slots',
  'endpoints',
  'cluster-endpoints',
  'local-endpoints',
  'affinity',
]

let stamps: Stamps | undefined

function ourStamps(): Stamps {
  stamps ??= {
    rules: stampOf([]),
    shape: hashOf(
      JSON.stringify([
        WORD,
        sets.filter(({ name }) => PINNING.includes(name)),
        TABLE_FAMILIES.map((family) => renderRule([{ do: 'pin', seconds: 1 }], family)),
      ]),
    ),
  }
  return stamps
}

/**
 * Whether a table of ours is there, left by a process before us. Ours are known by their name alone; no other table is
 * ever named.
 */
export const hasTable = (nftables: Nftables): boolean =>
  nftables
    .read('list tables')
    .split('\n')
    .some((line) => line === `table ip ${TABLE}` || line === `table ip6 ${TABLE}`)

const stampElements = (family: TableFamily, ...words: readonly number[]): readonly Element[] =>
  words.map((word) => ({ family, set: 'stamp', key: [word] }))

/**
 * Text that puts fresh tables in the place of ours, to stand first in the transaction that also fills them: packets see
 * the old or the new. Afterwards they must be sealed.
 */
export const renderFreshTables = (node: NodeFacts): string => {
  const { rules, shape } = ourStamps()
  const elements = TABLE_FAMILIES.flatMap((family) => stampElements(family, rules, shape))
  return `${renderDelete()}${renderBase()}${renderNodeSets(node)}${renderElements('add', elements)}`
}

/** A table's rules, as the kernel has them. */
export interface FoundRules {
  /** Whether the constant ones are ours, and as they were when they were written. */
  readonly areOurs: boolean
  /** Whether pins mean to us what they meant to who wrote these rules. */
  readonly isOurShape: boolean
  /** How many rules each chain has. */
  readonly lengths: ReadonlyMap<string, number>
}

/** Throws as Nftables.dump(): ENOENT where there is no such table. */
export function readRules(nftables: Nftables, family: TableFamily): FoundRules {
  const words = new Set<number>()
  nftables.dump(family, TABLE, 'stamp', ({ key }) => {
    words.add(new Uint32Array(key.slice().buffer)[0] as number)
  })
  const { seal, lengths } = sealOf(nftables, family)
  const { rules, shape } = ourStamps()
  return { areOurs: words.has(rules) && words.has(seal), isOurShape: words.has(shape), lengths }
}

/**
 * Notes in the kernel what it makes of the rules just written, so that it can be seen later whether somebody has edited
 * them.
 */
export function sealTables(nftables: Nftables): void {
  const elements = TABLE_FAMILIES.flatMap((family) => stampElements(family, sealOf(nftables, family).seal))
  nftables.apply(encodeElements([], elements) ?? [])
}

/** Of the constant chains: those of kinds come later. */
function sealOf(nftables: Nftables, family: TableFamily): { readonly seal: number } & Pick<FoundRules, 'lengths'> {
  const hashes = new Map<string, number>()
  const lengths = new Map<string, number>()
  nftables.rules(family, TABLE, (chain, expressions) => {
    hashes.set(chain, hashOf(expressions, hashes.get(chain)))
    lengths.set(chain, (lengths.get(chain) ?? 0) + 1)
  })
  return {
    seal: hashOf(chains.map(({ name }) => `${name} ${lengths.get(name)} ${hashes.get(name)}`).join('\n')),
    lengths,
  }
}

/** Takes our tables away, if there are any. */
export const removeTables = (nftables: Nftables): void => nftables.run(renderDelete())
