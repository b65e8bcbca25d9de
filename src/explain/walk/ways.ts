import type { Outcome } from '#dataplane/evaluator/evaluate.ts'
import type { ElementRef, ModelHop, ModelWalk } from '../trace/walk/model-walk.ts'

/** The ways of a packet through the rules of one node: those that meet the same chains are one. */
export function waysOf(outcomes: readonly Outcome[]): ModelWalk['ways'] {
  const ways = new Map<string, readonly ModelHop[]>()
  for (const { hops } of outcomes) {
    const way = wayOf(hops)
    const name = way.map(({ chain }) => chain).join()
    const known = ways.get(name)
    ways.set(name, known === undefined ? way : known.map((hop, index) => alike(hop, way[index]?.element)))
  }
  return [...ways.values()]
}

/** Each chain once, where it is first met, with the element that was last looked up in it. */
function wayOf(hops: Outcome['hops']): readonly ModelHop[] {
  const chains = new Map<string, ModelHop>()
  for (const { hook, chain, set, key } of hops) {
    const element = set === undefined ? {} : { element: { set, ...(key !== undefined && { key }) } }
    chains.set(chain, { ...(chains.get(chain) ?? { hook, chain }), ...element })
  }
  return [...chains.values()]
}

/** What two ways have in common at one chain. */
function alike(hop: ModelHop, other: ElementRef | undefined): ModelHop {
  const { element, ...rest } = hop
  if (element === undefined || element.set !== other?.set) return rest
  return element.key === other.key ? hop : { ...rest, element: { set: element.set } }
}
