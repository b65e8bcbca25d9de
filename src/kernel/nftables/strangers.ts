import { readFileSync } from 'node:fs'
import { withNamespace } from '../namespaces/namespace.ts'
import type { BaseChain, Deed } from './base-chain.ts'
import { deedsOf } from './base-chain.ts'
import { ElementSocket } from './element-socket.ts'

/** A table that is not ours and that packets meet. */
export interface StrangeTable {
  readonly family: string
  readonly table: string
  /** `legacy`: written by iptables-legacy, of which the kernel tells nothing but that it is there. */
  readonly by: 'nftables' | 'legacy'
  readonly chains: readonly Pick<BaseChain, 'name' | 'type' | 'hook' | 'priority' | 'policy'>[]
  /** How many rules it has, and what some of them do; left out where nobody can see it. */
  readonly rules?: number
  readonly deeds: readonly Deed[]
}

/** Of linux/netfilter_ipv4: each is there as soon as somebody has asked for its table. */
const LEGACY = { ip: '/proc/thread-self/net/ip_tables_names', ip6: '/proc/thread-self/net/ip6_tables_names' } as const

/**
 * The tables of others that packets meet in the namespace at `path`, or in the present one, in the order of their names. `isOurs`
 * by a table's name. Reads all their rules: 1 µs each. Throws KernelError NFT_APPLY_FAILED, NAMESPACE_UNKNOWN.
 */
export const strangeTables = (
  path: string | undefined,
  isOurs: (table: string) => boolean,
): readonly StrangeTable[] => {
  const socket = new ElementSocket(path)
  try {
    const found = new Map<string, BaseChain[]>()
    socket.baseChains((chain) => {
      if (isOurs(chain.table)) return
      const key = `${chain.family} ${chain.table}`
      const known = found.get(key)
      if (known) known.push(chain)
      else found.set(key, [chain])
    })
    const tables = [...found.values()].map((chains): StrangeTable => {
      const { family, table } = chains[0] as BaseChain
      let rules = 0
      const deeds = new Set<Deed>()
      socket.rules(family, table, (_, expressions) => {
        rules++
        for (const deed of deedsOf(expressions)) deeds.add(deed)
      })
      const shown = chains.map(({ name, type, hook, priority, policy }) => ({ name, type, hook, priority, policy }))
      return { family, table, by: 'nftables', chains: shown, rules, deeds: [...deeds].sort() }
    })
    const all = [...tables, ...legacyTables(path)]
    return all.sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1))
  } finally {
    socket.close()
  }
}

const nameOf = ({ by, family, table }: StrangeTable): string => `${by} ${family} ${table}`

const legacyTables = (path: string | undefined): readonly StrangeTable[] => {
  const read = (): StrangeTable[] =>
    Object.entries(LEGACY).flatMap(([family, file]) =>
      namesIn(file).map((table) => ({ family, table, by: 'legacy', chains: [], deeds: [] })),
    )
  return path === undefined ? read() : withNamespace(path, read as () => never)
}

const namesIn = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    // The kernel has no iptables-legacy.
    return []
  }
}
