import { type Node, visitorKeys } from 'oxc-parser'

/**
 * Goes through a syntax tree, parents before their parts.
 * @param visit with the parents of a node, the nearest first; what it answers `false` to is not looked into
 */
export const walk = (
  node: Node,
  visit: (node: Node, parents: readonly Node[]) => boolean | undefined,
  parents: readonly Node[] = [],
): void => {
  if (visit(node, parents) === false) return
  const below = [node, ...parents]
  for (const key of visitorKeys[node.type] ?? [])
    for (const part of [node[key as keyof Node]].flat() as unknown as readonly (Node | null)[])
      if (part) walk(part, visit, below)
}
