import { partsList, partsOf } from './parts-list.ts'
import type { AgentNode } from './runner/agent-node.ts'
import { chosenParts } from './runner/chosen-parts.ts'
import { Parts } from './runner/parts.ts'
import type { Sources } from './sources/sources.ts'

/** A node whose parts run here. The process may hold several. */
export interface NodeAgent {
  readonly node: AgentNode
  readonly parts: Parts<AgentNode>
}

/** Starts the parts of a node that are asked for by name; all, where none are named. Throws PartError. */
export const startNodeAgent = (
  node: AgentNode,
  sources: Partial<Sources>,
  asked: readonly string[] = partsList.map(({ name }) => name),
): NodeAgent => {
  const definitions = chosenParts(node.name, partsOf(node), asked, (source) => sources[source] !== undefined)
  return { node, parts: new Parts({ place: node, definitions, sources }) }
}
