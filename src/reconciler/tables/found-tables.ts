import { constants } from 'node:os'
import type { UsedKind } from '#dataplane/nftables/compile.ts'
import { decodeElement } from '#dataplane/nftables/decode.ts'
import { TABLE_FAMILIES, type TableFamily, WORD } from '#dataplane/nftables/rule.ts'
import { kindOfChain } from '#dataplane/nftables/ruleset/kinds.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { SetDefinition } from '#dataplane/nftables/set-definition.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { ElementPacking } from './element-packing.ts'
import type { NodeTables } from './node-tables.ts'
import { type FoundRules, hasTable, readRules } from './ownership.ts'
import { type Pin, readPins } from './pins.ts'
import { readPacked } from './read-set.ts'

export interface FoundElements {
  /** Elements that carry the id of a service port in key or data, by that id, packed. */
  readonly byId: ReadonlyMap<number, string>
  readonly packing: ElementPacking
}

/** What a process before us left in the kernel. */
export interface FoundTables extends FoundElements {
  /** All others, packed: they tell of addresses alone. */
  readonly others: string
  readonly kinds: readonly UsedKind[]
  readonly pins: readonly Pin[]
}

type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'ours'; readonly tables: FoundTables }
  /**
   * Tables of other rules, or of rules that somebody has edited. With what tells whom ids and pins belong to, where
   * that has the shape of ours.
   */
  | { readonly kind: 'others'; readonly pinning: Pick<FoundTables, 'byId' | 'packing' | 'pins'> | undefined }

/** linux/netfilter.h */
const NF_DROP = 0
/** A dump during which another program writes its own tables must be done again. */
const TRIES = 5

const idOfWord = (word: number): number => (word & WORD.SERVICE_PORT) >>> WORD.ID_SHIFT

/** Whether a set's elements carry the id of a service port, in a word of the key or of the data. */
const carriesId = ({ key: [first], data }: SetDefinition): boolean =>
  first === 'word' || (Array.isArray(data) && data[0] === 'word')

/** Reads our tables, raw. Throws KernelError NFT_APPLY_FAILED. */
export function readTables(tables: NodeTables): Found {
  for (let tries = TRIES; ; tries--)
    try {
      return readOnce(tables)
    } catch (error) {
      if (isMissing(error)) return hasTable(tables) ? { kind: 'others', pinning: undefined } : { kind: 'none' }
      if (tries <= 1) throw error
    }
}

/** The table, or a set of it, is not there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof KernelError && error.errno === constants.errno.ENOENT

function readOnce(tables: NodeTables): Found {
  const { nftables, ruleset, packing } = tables
  const rules = new Map(TABLE_FAMILIES.map((family) => [family, readRules(tables, family)]))
  const kinds = TABLE_FAMILIES.flatMap((family) => readKinds(tables, family))
  const areWhole = [...rules].every(
    ([family, one]) =>
      one.areOurs &&
      haveTheirChains(
        ruleset,
        kinds.filter((kind) => kind.family === family),
        one,
      ),
  )
  const ofServices = ruleset.sets.ownedBy('services')
  const byId = new Map<number, string>()
  const file = (packed: string) => {
    const id = idOfWord(packing.wordOf(packed))
    byId.set(id, (byId.get(id) ?? '') + packed)
  }
  if (!areWhole) {
    if (![...rules.values()].every((one) => one.isOurShape)) return { kind: 'others', pinning: undefined }
    readPacked(
      tables,
      ofServices.filter((set) => set.pinning),
      file,
    )
    return { kind: 'others', pinning: { byId, packing, pins: readPins(nftables) } }
  }
  const others: string[] = []
  const rest = ofServices.filter((set) => !carriesId(set))
  const areOurs = [
    readPacked(tables, ofServices.filter(carriesId), file),
    readPacked(tables, rest, (packed) => others.push(packed)),
  ]
  // What cannot be told to go is replaced with all that is there.
  if (areOurs.includes(false)) return { kind: 'others', pinning: { byId, packing, pins: readPins(nftables) } }
  return { kind: 'ours', tables: { byId, others: others.join(''), packing, kinds, pins: readPins(nftables) } }
}

/**
 * Whether beside the constant chains a table has those of these kinds and no other, each with as many rules as it shall
 * have, and as they were written.
 */
export function haveTheirChains(
  { chains, kindChains }: Ruleset,
  kinds: Iterable<UsedKind>,
  { lengths, isSealed }: FoundRules,
): boolean {
  const constant = new Set(chains.map(({ name }) => name))
  const wanted = new Map(
    [...kinds].flatMap(({ kind }) => kindChains(kind)).map(({ name, rules }) => [name, rules.length]),
  )
  const found = [...lengths].filter(([name]) => !constant.has(name))
  return found.length === wanted.size && found.every(([name, length]) => wanted.get(name) === length && isSealed(name))
}

/** Throws as Nftables.dump(). */
export function readKinds(
  { nftables, ruleset }: Pick<NodeTables, 'nftables' | 'ruleset'>,
  family: TableFamily,
): readonly UsedKind[] {
  const kinds: UsedKind[] = []
  nftables.dump(family, ruleset.table, 'kinds', ({ key, verdict }) => {
    const number = Number(decodeElement(family, 'kinds', key, undefined, undefined, ruleset).key[0])
    const { code, chain } = verdict ?? { code: undefined, chain: undefined }
    const kind = chain === undefined ? (code === NF_DROP ? ({ kind: 'drop' } as const) : undefined) : kindOfChain(chain)
    if (kind !== undefined) kinds.push({ family, number, kind })
  })
  return kinds
}
