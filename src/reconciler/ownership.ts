import { compileNode } from '#dataplane/nftables/compile.ts'
import { renderBase, renderDelete, renderElements } from '#dataplane/nftables/render.ts'
import { TABLE } from '#dataplane/nftables/rule.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'

/** Whether a table of ours is there, left by a process before us. Ours are known by their name alone; no other table is ever named. */
export const hasTable = (nftables: Nftables): boolean =>
  nftables
    .read('list tables')
    .split('\n')
    .some((line) => line === `table ip ${TABLE}` || line === `table ip6 ${TABLE}`)

/** Text that puts fresh tables in the place of ours, to stand first in the transaction that also fills them: packets see the old or the new. */
export const renderFreshTables = (node: NodeFacts): string =>
  `${renderDelete()}${renderBase()}${renderElements('add', compileNode(node))}`

/** Takes our tables away, if there are any. */
export const removeTables = (nftables: Nftables): void => nftables.run(renderDelete())
