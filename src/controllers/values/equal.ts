/**
 * Kubernetes' "semantic" equality of two JSON values: an absent field, null, an empty list and an empty map are the
 * same, since the wire does not keep them apart.
 */
export const sameValue = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (isEmpty(left) && isEmpty(right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) || Array.isArray(right))
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, i) => sameValue(item, right[i]))
    )
  const [a, b] = [left as Record<string, unknown>, right as Record<string, unknown>]
  for (const key of Object.keys(a)) if (!sameValue(a[key], b[key])) return false
  for (const key of Object.keys(b)) if (!Object.hasOwn(a, key) && !isEmpty(b[key])) return false
  return true
}

const isEmpty = (value: unknown): boolean => {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  if (typeof value !== 'object') return false
  for (const _ in value) return false
  return true
}

/** JSON with sorted keys and without empty values: equal texts for values that `sameValue` calls equal. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, member]) => !isEmpty(member))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  )
