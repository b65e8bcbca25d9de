import { compileNode } from '#dataplane/nftables/compile.ts'
import { renderBase, renderDelete, renderElements, stampOf } from '#dataplane/nftables/render.ts'
import { type Element, TABLE, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'

/** Whether a table of ours is there, left by a process before us. Ours are known by their name alone; no other table is ever named. */
export const hasTable = (nftables: Nftables): boolean =>
  nftables
    .read('list tables')
    .split('\n')
    .some((line) => line === `table ip ${TABLE}` || line === `table ip6 ${TABLE}`)

/** The elements that stand in both tables as long as they do: of the node, and the stamp that tells whose rules these are. */
const constantElements = (node: NodeFacts): readonly Element[] => {
  const elements = compileNode(node)
  const stamp = stampOf(elements)
  return [...elements, ...TABLE_FAMILIES.map((family): Element => ({ family, set: 'stamp', key: [stamp] }))]
}

/** What a dump of the stamp must give, for tables to have the rules and the node's facts of this very process. */
export const expectedStamp = (node: NodeFacts): number => stampOf(compileNode(node))

/** Text that puts fresh tables in the place of ours, to stand first in the transaction that also fills them: packets see the old or the new. */
export const renderFreshTables = (node: NodeFacts): string =>
  `${renderDelete()}${renderBase()}${renderElements('add', constantElements(node))}`

/** Takes our tables away, if there are any. */
export const removeTables = (nftables: Nftables): void => nftables.run(renderDelete())
