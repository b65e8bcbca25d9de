type Members = { readonly [key: string]: unknown }

/**
 * JSON that is `next`, and holds what it has in common with `previous` as that does, so that both take memory for it once;
 * `previous` itself where nothing differs. Neither is changed.
 */
export const sharing = <T>(next: T, previous: unknown): T => {
  if (next === previous || !isThing(next) || !isThing(previous)) return next
  if (!Array.isArray(next)) return Array.isArray(previous) ? next : (sharingMembers(next, previous) as T)
  return Array.isArray(previous) ? (sharingItems(next, previous) as unknown as T) : next
}

const isThing = (value: unknown): value is Members => typeof value === 'object' && value !== null

const sharingItems = (next: readonly unknown[], previous: readonly unknown[]): readonly unknown[] => {
  let items: unknown[] | undefined
  let isSame = next.length === previous.length
  for (let at = 0; at < next.length; at++) {
    const item = sharing(next[at], previous[at])
    if (item !== next[at]) {
      items ??= [...next]
      items[at] = item
    }
    isSame &&= item === previous[at]
  }
  return isSame ? previous : (items ?? next)
}

const sharingMembers = (next: Members, previous: Members): Members => {
  let members: { [key: string]: unknown } | undefined
  let isSame = true
  let count = 0
  for (const key in next) {
    count++
    // An assignment to it would be another thing.
    if (key === '__proto__' || !Object.hasOwn(previous, key)) {
      isSame = false
      continue
    }
    const member = sharing(next[key], previous[key])
    if (member !== next[key]) {
      members ??= { ...next }
      members[key] = member
    }
    isSame &&= member === previous[key]
  }
  if (isSame) for (const _ in previous) count--
  return isSame && count === 0 ? previous : (members ?? next)
}
