import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { ElementPacking } from './element-packing.ts'

/** Tables of ours: in which kernel they are, by which rules, and how their elements are remembered. */
export interface Tables {
  readonly nftables: Nftables
  readonly ruleset: Ruleset
  readonly packing: ElementPacking
}

/** The tables of one node's Services. */
export interface NodeTables extends Tables {
  readonly node: NodeFacts
}

export const nodeTables = (nftables: Nftables, node: NodeFacts, ruleset: Ruleset = NODE_RULESET): NodeTables => ({
  nftables,
  node,
  ruleset,
  packing: new ElementPacking(ruleset),
})
