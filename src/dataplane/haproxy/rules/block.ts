import type { Entry } from '#routes/table/entry.ts'
import { sameItems } from '#routes/values/remembered.ts'

/** What a request is held against: an entry, or several in their order that stand together in many decisions. */
export type Possible = Entry | Block

export interface Block {
  readonly parts: readonly Possible[]
}

/** By their first parts. */
const kept = new WeakMap<Possible, Block>()

/** The same object for the same parts, for whoever remembers what it was made of. */
export function blockOf(parts: readonly [Possible, ...Possible[]]): Block {
  const before = kept.get(parts[0])
  if (before !== undefined && sameItems(before.parts, parts)) return before
  const block = { parts }
  kept.set(parts[0], block)
  return block
}

export const isBlock = (one: Possible): one is Block => 'parts' in one
