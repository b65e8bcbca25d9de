import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { objectKey } from '#objects/object-key.ts'

/** Who goes first where the API lets the oldest win, and of those as old as each other the first by name. */
export interface Seniority {
  /** Milliseconds since 1970; 0 where nobody said. */
  readonly since: number
  /** `namespace/name`. */
  readonly key: string
}

export const seniorityOf = (metadata: ObjectMeta | undefined): Seniority => ({
  since: Date.parse(metadata?.creationTimestamp ?? '') || 0,
  key: objectKey(metadata?.namespace, metadata?.name ?? ''),
})

/** For `sort`: the oldest first, then by name. */
export const bySeniority = (left: Seniority, right: Seniority): number =>
  left.since - right.since || (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)
