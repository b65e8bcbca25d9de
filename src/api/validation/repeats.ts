/**
 * The places of a list whose value stands before them already, by what tells values apart (in JavaScript's `===` sense;
 * by default the values themselves). In one pass, however long the list is.
 */
export const repeats = <T>(
  values: readonly T[],
  keyOf: (value: T) => unknown = (value) => value,
): ReadonlySet<number> => {
  const seen = new Set<unknown>()
  const places = new Set<number>()
  for (const [place, value] of values.entries()) {
    const key = keyOf(value)
    if (seen.has(key)) places.add(place)
    else seen.add(key)
  }
  return places
}
