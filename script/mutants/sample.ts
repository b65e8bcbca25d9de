/** As many of the things as asked for, by chance that a seed repeats; all, where there are no more. */
export const sample = <T>(things: readonly T[], count: number, seed: number): readonly T[] => {
  if (things.length <= count) return things
  let state = seed >>> 0
  // A linear congruential generator, with the multiplier and increment of Numerical Recipes.
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return things
    .map((thing, at) => ({ thing, at, rank: next() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing)
}
