import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import { POLICY_TABLE } from '#dataplane/policy/ruleset.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'

/** Every table of ours that a node may have. */
const OWN_TABLES: readonly string[] = [NODE_RULESET.table, POLICY_TABLE]

/** Takes our tables away, those that are there, in one transaction; gives their names. Throws KernelError. */
export const removeOwnTables = (nftables: Nftables): readonly string[] => {
  const there = new Set(nftables.read('list tables').split('\n'))
  const found = TABLE_FAMILIES.flatMap((family) => OWN_TABLES.map((table) => `table ${family} ${table}`)).filter(
    (table) => there.has(table),
  )
  if (found.length > 0) nftables.run(found.map((table) => `delete ${table}\n`).join(''))
  return found
}
