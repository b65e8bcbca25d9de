import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { elementKey } from '#dataplane/nftables/render.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import { NODE_RULESET } from '#dataplane/nftables/ruleset/node-ruleset.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'

const identityOf = (element: Element): string => `${element.family} ${element.set} ${elementKey(element)}`
const dataOf = ({ data }: Element): string => data?.join(' . ') ?? ''

/**
 * The way of one Service from what the kernel holds of it to what it shall have, where that is too much for one
 * transaction: states of which each differs from the one before in at most `most` elements, and each works. First comes
 * what no frontend leads to yet, then the frontends turn, all at once, then goes what none leads to any more. A slot
 * that changes its endpoint does so in a step of the first part, by itself.
 */
export function* serviceSteps(
  held: readonly Element[],
  wanted: CompiledService,
  most: number,
  { sets }: Pick<Ruleset, 'sets'> = NODE_RULESET,
): Generator<CompiledService> {
  const stageOf = ({ family, set }: Element): number => sets.layout(family, set).definition.stage ?? 0
  const state = new Map(held.map((element) => [identityOf(element), element]))
  const goal = new Map(wanted.elements.map((element) => [identityOf(element), element]))
  const now = (): CompiledService => ({ elements: [...state.values()], kinds: wanted.kinds })
  const reached = (elements: Iterable<Element>): Element[] =>
    [...elements].filter((element) => stageOf(element) > 0).sort((left, right) => stageOf(left) - stageOf(right))
  let changed = 0
  for (const element of reached(goal.values())) {
    const before = state.get(identityOf(element))
    if (before !== undefined && dataOf(before) === dataOf(element)) continue
    state.set(identityOf(element), element)
    if (++changed % most === 0) yield now()
  }
  for (const [identity, element] of state) if (stageOf(element) === 0) state.delete(identity)
  for (const [identity, element] of goal) if (stageOf(element) === 0) state.set(identity, element)
  yield now()
  changed = 0
  for (const element of reached(state.values()).reverse()) {
    const identity = identityOf(element)
    if (goal.has(identity)) continue
    state.delete(identity)
    if (++changed % most === 0) yield now()
  }
  yield wanted
}
