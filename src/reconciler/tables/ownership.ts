import { encodeElements } from '#dataplane/nftables/encode.ts'
import { renderBase, renderDelete, renderElements, renderRule, renderSet } from '#dataplane/nftables/render.ts'
import { type Element, TABLE_FAMILIES, type TableFamily, WORD } from '#dataplane/nftables/rule.ts'
import { pin } from '#dataplane/nftables/ruleset/kind-chains.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { hashOf } from './hash.ts'
import { renderNodeSets } from './node-sets.ts'
import type { NodeTables, Tables } from './node-tables.ts'

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

const stamps = new WeakMap<Ruleset, Stamps>()

function stampsOf(ruleset: Ruleset): Stamps {
  const known = stamps.get(ruleset)
  if (known !== undefined) return known
  const pinning = ruleset.sets.definitions.filter((set) => set.pinning)
  const shape = TABLE_FAMILIES.flatMap((family) => [
    ...pinning.map((set) => renderSet(set, family)),
    renderRule([pin(1)], family),
  ])
  const made = { rules: hashOf(renderBase(ruleset)), shape: hashOf(JSON.stringify([WORD, shape])) }
  stamps.set(ruleset, made)
  return made
}

/**
 * Whether a table of ours is there, left by a process before us. Ours are known by their name alone; no other table is
 * ever named.
 */
export const hasTable = ({ nftables, ruleset: { table } }: Tables): boolean =>
  nftables
    .read('list tables')
    .split('\n')
    .some((line) => line === `table ip ${table}` || line === `table ip6 ${table}`)

const stampElements = (family: TableFamily, ...words: readonly number[]): readonly Element[] =>
  words.map((word) => ({ family, set: 'stamp', key: [word] }))

/**
 * Text that puts fresh tables in the place of ours, to stand first in the transaction that also fills them: packets see
 * the old or the new. Afterwards they must be sealed.
 */
export const renderFreshTables = (tables: NodeTables): string => `${renderFresh(tables)}${renderNodeSets(tables)}`

/** The same, without what tells of a node. */
export const renderFresh = ({ ruleset }: Pick<Tables, 'ruleset'>): string => {
  const { rules, shape } = stampsOf(ruleset)
  const elements = TABLE_FAMILIES.flatMap((family) => stampElements(family, rules, shape))
  return `${renderDelete(ruleset)}${renderBase(ruleset)}${renderElements('add', elements, ruleset)}`
}

/** A table's rules, as the kernel has them. */
export interface FoundRules {
  /** Whether the constant ones are ours, and as they were when they were written. */
  readonly areOurs: boolean
  /** Whether pins mean to us what they meant to who wrote these rules. */
  readonly isOurShape: boolean
  /** How many rules each chain has. */
  readonly lengths: ReadonlyMap<string, number>
  /** Whether a chain of a kind is as it was when it was written. */
  isSealed(chain: string): boolean
}

/** Throws as Nftables.dump(): ENOENT where there is no such table. */
export function readRules(
  { nftables, ruleset }: Pick<Tables, 'nftables' | 'ruleset'>,
  family: TableFamily,
): FoundRules {
  const words = new Set<number>()
  nftables.dump(family, ruleset.table, 'stamp', ({ key }) => {
    words.add(new Uint32Array(key.slice().buffer)[0] as number)
  })
  const { seal, lengths, sealOfChain } = sealOf(nftables, ruleset, family)
  const { rules, shape } = stampsOf(ruleset)
  return {
    areOurs: words.has(rules) && words.has(seal),
    isOurShape: words.has(shape),
    lengths,
    isSealed: (chain) => words.has(sealOfChain(chain)),
  }
}

/**
 * Notes in the kernel what it makes of the rules just written, so that it can be seen later whether somebody has edited
 * them.
 */
export function sealTables({ nftables, ruleset }: Pick<Tables, 'nftables' | 'ruleset'>): void {
  const elements = TABLE_FAMILIES.flatMap((family) => stampElements(family, sealOf(nftables, ruleset, family).seal))
  nftables.apply(encodeElements([], elements, ruleset) ?? [])
}

/** The same of chains of kinds just written. */
export function sealChains(
  { nftables, ruleset }: Pick<Tables, 'nftables' | 'ruleset'>,
  made: readonly { readonly family: TableFamily; readonly chain: string }[],
): void {
  const elements = TABLE_FAMILIES.flatMap((family) => {
    const chains = made.filter((one) => one.family === family)
    if (chains.length === 0) return []
    const { sealOfChain } = sealOf(nftables, ruleset, family)
    return stampElements(family, ...chains.map(({ chain }) => sealOfChain(chain)))
  })
  nftables.apply(encodeElements([], elements, ruleset) ?? [])
}

interface Seals extends Pick<FoundRules, 'lengths'> {
  /** Of the constant chains, and of all by which packets come. */
  readonly seal: number
  /** Of one that comes later, with a kind. */
  sealOfChain(chain: string): number
}

function sealOf(nftables: Nftables, { table, chains }: Ruleset, family: TableFamily): Seals {
  const hashes = new Map<string, number>()
  const lengths = new Map<string, number>()
  nftables.rules(family, table, (chain, expressions) => {
    hashes.set(chain, hashOf(expressions, hashes.get(chain)))
    lengths.set(chain, (lengths.get(chain) ?? 0) + 1)
  })
  const lineOf = (chain: string) => `${chain} ${lengths.get(chain)} ${hashes.get(chain)}`
  const lines = chains.map(({ name }) => lineOf(name))
  nftables.hooks(family, table, (chain, settings) => {
    lines.push(`${chain} ${hashOf(settings)}`)
  })
  return { seal: hashOf(lines.join('\n')), lengths, sealOfChain: (chain) => hashOf(lineOf(chain)) }
}
