import { compileNode } from '#dataplane/nftables/compile.ts'
import { renderElements, renderFlush } from '#dataplane/nftables/render.ts'
import type { NodeTables } from './node-tables.ts'
import { haveElements } from './read-set.ts'

/**
 * Text that makes the sets which tell of the node what its facts say, whatever they hold, to be one transaction or a
 * part of one. Nothing else is touched.
 */
export const renderNodeSets = ({ node, ruleset }: NodeTables): string =>
  renderFlush(ruleset.sets.ownedBy('node')) + renderElements('add', compileNode(node), ruleset)

/** Whether the kernel's sets are what the node's facts say. Throws as Nftables.dump(). */
export function holdsNodeSets(tables: NodeTables): boolean {
  return haveElements(tables, tables.ruleset.sets.ownedBy('node'), compileNode(tables.node))
}
