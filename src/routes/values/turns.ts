/** The first of each group, then the second of each, groups by their names. What is of several groups comes once, at its first turn. */
export const inTurns = <T>(items: Iterable<T>, groupsOf: (item: T) => Iterable<string>): readonly T[] => {
  const groups = new Map<string, T[]>()
  for (const item of items)
    for (const group of groupsOf(item)) {
      const own = groups.get(group)
      if (own === undefined) groups.set(group, [item])
      else own.push(item)
    }
  const turns = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => own.map((item, turn) => ({ item, turn })))
    .sort((a, b) => a.turn - b.turn)
  return [...new Set(turns.map(({ item }) => item))]
}
