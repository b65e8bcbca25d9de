import { constants } from 'node:os'
import type { UsedKind } from '#dataplane/nftables/compile.ts'
import { decodeElement } from '#dataplane/nftables/decode.ts'
import type { SetName, TableFamily } from '#dataplane/nftables/rule.ts'
import { TABLE, TABLE_FAMILIES, WORD } from '#dataplane/nftables/rule.ts'
import { chains } from '#dataplane/nftables/ruleset/chains.ts'
import { kindChains } from '#dataplane/nftables/ruleset/kind-chains.ts'
import { kindOfChain } from '#dataplane/nftables/ruleset/kinds.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { type FoundRules, hasTable, readRules } from './ownership.ts'
import { packDumped, wordOf } from './packed-elements.ts'
import { type Pin, readPins } from './pins.ts'

/** What a process before us left in the kernel. */
export interface FoundTables {
  /** Elements that carry the id of a service port in key or data, by that id, packed. */
  readonly byId: ReadonlyMap<number, string>
  /** All others, packed: they tell of addresses alone. */
  readonly others: string
  readonly kinds: readonly UsedKind[]
  readonly pins: readonly Pin[]
}

export type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'ours'; readonly tables: FoundTables }
  /**
   * Tables of other rules, or of rules that somebody has edited. With what tells whom ids and pins belong to, where
   * that has the shape of ours.
   */
  | { readonly kind: 'others'; readonly pinning: Pick<FoundTables, 'byId' | 'pins'> | undefined }

const BY_KEY: readonly SetName[] = ['backends', 'slots', 'endpoints', 'cluster-endpoints', 'local-endpoints']
const BY_DATA: readonly SetName[] = ['frontends', 'nodeports', 'frontends-local', 'nodeports-local']
const OTHERS: readonly SetName[] = ['cluster-ips', 'restricted', 'allowed', 'hairpin']
const CONSTANT: ReadonlySet<string> = new Set(chains.map(({ name }) => name))
/** linux/netfilter.h */
const NF_DROP = 0
/** A dump during which another program writes its own tables must be done again. */
const TRIES = 5

export const idOfWord = (word: number): number => (word & WORD.SERVICE_PORT) >>> WORD.ID_SHIFT

/** The maps that say which service port an id is, and which endpoints it has. */
const PINNING: readonly SetName[] = [
  'frontends',
  'nodeports',
  'backends',
  'slots',
  'endpoints',
  'cluster-endpoints',
  'local-endpoints',
]

/** Reads our tables, raw. Throws KernelError NFT_APPLY_FAILED. */
export function readTables(nftables: Nftables): Found {
  for (let tries = TRIES; ; tries--)
    try {
      return readOnce(nftables)
    } catch (error) {
      if (isMissing(error)) return hasTable(nftables) ? { kind: 'others', pinning: undefined } : { kind: 'none' }
      if (tries <= 1) throw error
    }
}

/** The table, or a set of it, is not there. */
export const isMissing = (error: unknown): boolean =>
  error instanceof KernelError && error.errno === constants.errno.ENOENT

function readOnce(nftables: Nftables): Found {
  const rules = new Map(TABLE_FAMILIES.map((family) => [family, readRules(nftables, family)]))
  const kinds = TABLE_FAMILIES.flatMap((family) => readKinds(nftables, family))
  const areWhole = [...rules].every(
    ([family, one]) =>
      one.areOurs &&
      haveTheirChains(
        kinds.filter((kind) => kind.family === family),
        one,
      ),
  )
  const byId = new Map<number, string>()
  const file = (packed: string) => {
    const id = idOfWord(wordOf(packed))
    byId.set(id, (byId.get(id) ?? '') + packed)
  }
  if (!areWhole) {
    if (![...rules.values()].every((one) => one.isOurShape)) return { kind: 'others', pinning: undefined }
    readElements(nftables, PINNING, file)
    return { kind: 'others', pinning: { byId, pins: readPins(nftables) } }
  }
  const others: string[] = []
  readElements(nftables, [...BY_DATA, ...BY_KEY], file)
  readElements(nftables, OTHERS, (packed) => others.push(packed))
  return { kind: 'ours', tables: { byId, others: others.join(''), kinds, pins: readPins(nftables) } }
}

/**
 * Whether beside the constant chains a table has those of these kinds and no other, each with as many rules as it shall
 * have.
 */
export function haveTheirChains(kinds: Iterable<UsedKind>, { lengths }: FoundRules): boolean {
  const wanted = new Map(
    [...kinds].flatMap(({ kind }) => kindChains(kind)).map(({ name, rules }) => [name, rules.length]),
  )
  const found = [...lengths].filter(([name]) => !CONSTANT.has(name))
  return found.length === wanted.size && found.every(([name, length]) => wanted.get(name) === length)
}

/** All sets of Services. */
export const SERVICE_SETS: readonly SetName[] = [...BY_DATA, ...BY_KEY, ...OTHERS]

/** Tells `visit` the elements of these sets, of both families, packed. Throws as Nftables.dump(). */
export function readElements(nftables: Nftables, names: readonly SetName[], visit: (packed: string) => void): void {
  for (const family of TABLE_FAMILIES)
    for (const set of names) nftables.dump(family, TABLE, set, (element) => visit(packDumped(family, set, element)))
}

/** Throws as Nftables.dump(). */
export function readKinds(nftables: Nftables, family: TableFamily): readonly UsedKind[] {
  const kinds: UsedKind[] = []
  nftables.dump(family, TABLE, 'kinds', ({ key, verdict }) => {
    const number = Number(decodeElement(family, 'kinds', key, undefined, undefined).key[0])
    const { code, chain } = verdict ?? { code: undefined, chain: undefined }
    const kind = chain === undefined ? (code === NF_DROP ? ({ kind: 'drop' } as const) : undefined) : kindOfChain(chain)
    if (kind !== undefined) kinds.push({ family, number, kind })
  })
  return kinds
}
