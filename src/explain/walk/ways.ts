import type { Outcome } from '#dataplane/evaluator/evaluate.ts'

/** Each chain once, in the order in which it was first met. */
export const once = (chains: readonly string[]): readonly string[] => [...new Set(chains)]

/** The chains of the model's walks, without doubles. */
export function waysOf(outcomes: readonly Outcome[]): readonly (readonly string[])[] {
  const ways = new Map<string, readonly string[]>()
  for (const { hops } of outcomes) {
    const chains = once(hops.map(({ chain }) => chain))
    ways.set(chains.join(), chains)
  }
  return [...ways.values()]
}
