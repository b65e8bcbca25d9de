import { setTimeout as sleep } from 'node:timers/promises'
import { renderDelete } from '#dataplane/nftables/render.ts'
import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'

/** Until every packet that a rule has translated has met the rule that says by whose address it goes on. */
const UNDER_WAY_MS = 50

/**
 * Takes our tables away for good; where they are not there it does nothing. In two steps, so that whoever serves from now on
 * loses no connection: first what gives a new connection its endpoint, then, when no packet is between that and
 * its way out, what masquerades it. A connection that there is goes on as conntrack has it. Whoever still writes these
 * tables must have been stopped before. Rejects with KernelError NFT_APPLY_FAILED.
 */
export const removeNodeTables = async (nftables: Nftables, ruleset: Ruleset = NODE_RULESET): Promise<void> => {
  const entries = entryChains(nftables, ruleset)
  if (entries.length > 0) {
    nftables.run(entries.map((chain) => `flush chain ${chain}\ndelete chain ${chain}\n`).join(''))
    // By a timer that keeps the process: who removes has nothing else to do.
    await sleep(UNDER_WAY_MS)
  }
  nftables.run(renderDelete(ruleset))
}

/** Chains that translate destinations, where they are in the kernel. */
const entryChains = (nftables: Nftables, { table, chains }: Ruleset): readonly string[] => {
  const wanted = new Set(
    chains.flatMap(({ name, hook }) => (hook?.type === 'nat' && hook.hook !== 'postrouting' ? [name] : [])),
  )
  return TABLE_FAMILIES.flatMap((family) => {
    const found: string[] = []
    nftables.hooks(family, table, (chain) => {
      if (chain !== undefined && wanted.has(chain)) found.push(`${family} ${table} ${chain}`)
    })
    return found
  })
}
