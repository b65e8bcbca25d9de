/**
 * A function of an object and of what it depends on besides, which is asked anew only where one of these is another:
 * for one object the last answer is kept, as long as the object.
 */
export const remembered = <K extends object, D extends readonly unknown[], V>(
  compute: (key: K, ...on: D) => V,
): ((key: K, ...on: D) => V) => {
  const kept = new WeakMap<K, { readonly on: D; readonly value: V }>()
  return (key, ...on) => {
    const before = kept.get(key)
    if (before !== undefined && sameItems(before.on, on)) return before.value
    const value = compute(key, ...on)
    kept.set(key, { on, value })
    return value
  }
}

/** The map that was given before, as long as the next one has the same: for whoever remembers what followed from it. */
export const steadyMap = <K, V>(): ((next: ReadonlyMap<K, V>) => ReadonlyMap<K, V>) => {
  let last: ReadonlyMap<K, V> = new Map()
  return (next) => {
    const isSame = next.size === last.size && [...next].every(([key, value]) => last.get(key) === value)
    if (!isSame) last = next
    return last
  }
}

/** Whether two lists hold the same things in the same order. */
export const sameItems = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((item, at) => item === right[at])
