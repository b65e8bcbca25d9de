import type { UsedKind } from '#dataplane/nftables/compile.ts'
import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { kindName } from '#dataplane/nftables/ruleset/kinds.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import type { DeltaTracker } from './delta-tracker.ts'
import { haveTheirChains, isMissing, readElements, readKinds, SERVICE_SETS } from './found-tables.ts'
import { Digest } from './hash.ts'
import { holdsNodeSets } from './node-sets.ts'
import { readRules } from './ownership.ts'

/**
 * Whether the kernel's tables are what we made of them: rules, kinds, the node's sets, and those of Services. Only
 * reads, and keeps nothing. Throws where they cannot be read.
 */
export function areIntact(nftables: Nftables, node: NodeFacts, tracker: DeltaTracker): boolean {
  try {
    return areRulesIntact(nftables, tracker) && holdsNodeSets(nftables, node) && areServicesIntact(nftables, tracker)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

function areRulesIntact(nftables: Nftables, tracker: DeltaTracker): boolean {
  return TABLE_FAMILIES.every((family) => {
    const rules = readRules(nftables, family)
    const kinds = [...tracker.kinds].filter((kind) => kind.family === family)
    const textOf = ({ number, kind }: UsedKind) => `${number} ${kindName(kind)}`
    const found = new Set(readKinds(nftables, family).map(textOf))
    return rules.areOurs && kinds.every((kind) => found.has(textOf(kind))) && haveTheirChains(kinds, rules)
  })
}

function areServicesIntact(nftables: Nftables, tracker: DeltaTracker): boolean {
  const found = new Digest()
  readElements(nftables, SERVICE_SETS, (packed) => found.add(packed))
  return found.equals(tracker.digest())
}
