import type { UsedKind } from '#dataplane/nftables/compile.ts'
import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { kindName } from '#dataplane/nftables/ruleset/kinds.ts'
import type { DeltaTracker } from './delta-tracker.ts'
import { haveTheirChains, isMissing, readKinds } from './found-tables.ts'
import { Digest } from './hash.ts'
import { holdsNodeSets } from './node-sets.ts'
import type { NodeTables } from './node-tables.ts'
import { readRules } from './ownership.ts'
import { readPacked } from './read-set.ts'

/**
 * Whether the kernel's tables are what we made of them: rules, kinds, the node's sets, and those of Services. Only
 * reads, and keeps nothing. Throws where they cannot be read.
 */
export function areIntact(tables: NodeTables, tracker: DeltaTracker): boolean {
  try {
    return areRulesIntact(tables, tracker) && holdsNodeSets(tables) && areServicesIntact(tables, tracker)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function areRulesIntact(tables: NodeTables, tracker: DeltaTracker): boolean {
  return TABLE_FAMILIES.every((family) => {
    const rules = readRules(tables, family)
    const kinds = [...tracker.kinds].filter((kind) => kind.family === family)
    const textOf = ({ number, kind }: UsedKind) => `${number} ${kindName(kind)}`
    const found = new Set(readKinds(tables, family).map(textOf))
    return (
      rules.areOurs && kinds.every((kind) => found.has(textOf(kind))) && haveTheirChains(tables.ruleset, kinds, rules)
    )
  })
}

function areServicesIntact(tables: NodeTables, tracker: DeltaTracker): boolean {
  const found = new Digest()
  const areOurs = readPacked(tables, tables.ruleset.sets.ownedBy('services'), (packed) => found.add(packed))
  return areOurs && found.equals(tracker.digest())
}
