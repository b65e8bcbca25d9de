import type { Pod } from '#api/core/pod/message.ts'
import type { PodEntry } from '../pod/pod-entry.ts'

/** A pod that runs, and how its node ends it. */
export interface Watched {
  readonly entry: PodEntry
  /** `isDisruption`: it is none of its own fault. */
  evict(message: string, options?: { readonly isDisruption?: boolean }): void
}

/** system-cluster-critical, and what is above. */
const CRITICAL = 2_000_000_000

/** What a cluster stands on is never ended by its node. */
export const isCritical = ({ spec }: Pod): boolean => (spec?.priority ?? 0) >= CRITICAL
