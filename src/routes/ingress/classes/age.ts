import { keyOf } from '#objects/object-key.ts'

interface Dated {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly creationTimestamp?: string }
}

/** For `sort`: the oldest first, and of those as old as each other by namespace and name. */
export const byAge = (left: Dated, right: Dated): number => {
  // Times of the API are all of one form, whose order is that of its letters.
  const [one, other] = [left.metadata?.creationTimestamp ?? '', right.metadata?.creationTimestamp ?? '']
  if (one !== other) return one < other ? -1 : 1
  return keyOf(left) < keyOf(right) ? -1 : 1
}
