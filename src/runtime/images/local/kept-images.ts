import { isPinned } from './local-image.ts'
import type { ReferenceFiles } from './reference-files.ts'

/** An image of the store, as far as it matters to who makes room; times are milliseconds since 1970. */
export interface KeptImage {
  readonly id: string
  /** Empty where it has lost its name to a newer one, or a copy was cut off. */
  readonly names: readonly string[]
  readonly isPinned: boolean
  /** When it came here; undefined as usedAt where it has no name. */
  readonly keptAt: number | undefined
  /** When it was last seen in use, or came. */
  readonly usedAt: number | undefined
}

const latest = (times: readonly (number | undefined)[]): number | undefined =>
  times.length === 0 ? undefined : Math.max(...times.map((time) => time ?? 0))

/** The images of a storage, by their ids, with what is known of them by their names. */
export const keptImages = (
  ids: readonly string[],
  references: Pick<ReferenceFiles, 'list' | 'usedAt'>,
): readonly KeptImage[] => {
  const byId = Map.groupBy(references.list(), ({ id }) => id)
  return ids.map((id) => {
    const named = byId.get(id) ?? []
    return {
      id,
      names: named.map(({ name }) => name),
      isPinned: named.some(isPinned),
      keptAt: latest(named.map(({ keptAt }) => Date.parse(keptAt))),
      usedAt: latest(named.map(({ name }) => references.usedAt(name))),
    }
  })
}
