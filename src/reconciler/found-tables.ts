import { constants } from 'node:os'
import type { UsedKind } from '#dataplane/nftables/compile.ts'
import { decodeElement } from '#dataplane/nftables/decode.ts'
import type { Element, SetName, TableFamily } from '#dataplane/nftables/rule.ts'
import { TABLE, TABLE_FAMILIES, WORD } from '#dataplane/nftables/rule.ts'
import { kindOfChain } from '#dataplane/nftables/ruleset.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { expectedStamp } from './ownership.ts'

/** What a process before us left in the kernel. */
export interface FoundTables {
  /** Elements that carry the id of a service port in key or data, by that id. */
  readonly byId: ReadonlyMap<number, readonly Element[]>
  /** All others: they tell of addresses alone. */
  readonly others: readonly Element[]
  readonly kinds: readonly UsedKind[]
  /** Ids that clients' pins lead to. */
  readonly pinned: ReadonlySet<number>
}

const BY_KEY: readonly SetName[] = ['backends', 'slots', 'endpoints', 'cluster-endpoints', 'local-endpoints']
const BY_DATA: readonly SetName[] = ['frontends', 'nodeports', 'frontends-local', 'nodeports-local']
const OTHERS: readonly SetName[] = ['cluster-ips', 'restricted', 'allowed', 'hairpin']
/** linux/netfilter.h */
const NF_DROP = 0
/** A dump during which another program writes its own tables must be done again. */
const TRIES = 5

export const idOfWord = (word: number): number => (word & WORD.SERVICE_PORT) >>> WORD.ID_SHIFT

/** Reads our tables whole, raw. Undefined where there are none, or where their rules or node facts are not this process's. Throws KernelError NFT_APPLY_FAILED. */
export function readTables(nftables: Nftables, node: NodeFacts): FoundTables | undefined {
  for (let tries = TRIES; ; tries--)
    try {
      return readOnce(nftables, node)
    } catch (error) {
      if (error instanceof KernelError && error.errno === constants.errno.ENOENT) return undefined
      if (tries <= 1) throw error
    }
}

function readOnce(nftables: Nftables, node: NodeFacts): FoundTables | undefined {
  const read = (family: TableFamily, set: SetName, visit: (element: Element) => void) =>
    nftables.dump(family, TABLE, set, ({ key, keyEnd, data }) => visit(decodeElement(family, set, key, keyEnd, data)))
  const expected = expectedStamp(node)
  for (const family of TABLE_FAMILIES) {
    const stamps: unknown[] = []
    read(family, 'stamp', ({ key }) => stamps.push(key[0]))
    if (stamps.length !== 1 || stamps[0] !== expected) return undefined
  }
  const byId = new Map<number, Element[]>()
  const others: Element[] = []
  const kinds: UsedKind[] = []
  const pinned = new Set<number>()
  const file = (word: number, element: Element) => {
    const known = byId.get(idOfWord(word))
    if (known === undefined) byId.set(idOfWord(word), [element])
    else known.push(element)
  }
  for (const family of TABLE_FAMILIES) {
    for (const set of BY_DATA) read(family, set, (element) => file(element.data?.[0] as number, element))
    for (const set of BY_KEY) read(family, set, (element) => file(element.key[0] as number, element))
    for (const set of OTHERS) read(family, set, (element) => others.push(element))
    nftables.dump(family, TABLE, 'affinity', ({ key }) => {
      pinned.add(idOfWord(Number(decodeElement(family, 'slots', key.subarray(0, 8), undefined, undefined).key[0])))
    })
    nftables.dump(family, TABLE, 'kinds', ({ key, verdict }) => {
      const number = Number(decodeElement(family, 'kinds', key, undefined, undefined).key[0])
      const kind =
        verdict?.chain === undefined
          ? verdict?.code === NF_DROP
            ? ({ kind: 'drop' } as const)
            : undefined
          : kindOfChain(verdict.chain)
      if (kind !== undefined) kinds.push({ family, number, kind })
    })
  }
  return { byId, others, kinds, pinned }
}
