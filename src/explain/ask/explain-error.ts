import type { Refusal } from '../trace/refusal.ts'

/** A question that cannot be walked: its source or its destination is no such thing. `words/refusal.ts` tells of it. */
export class ExplainError extends Error {
  readonly code: 'SOURCE_UNKNOWN' | 'SOURCE_MALFORMED' | 'DESTINATION_MALFORMED' | 'FAMILY_MISMATCH'
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.why}`)
    this.name = 'ExplainError'
    this.code = refusal.code
    this.refusal = refusal
  }
}
