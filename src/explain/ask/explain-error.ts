/** A question that cannot be walked: its source or its destination is no such thing. */
export class ExplainError extends Error {
  readonly code: 'SOURCE_UNKNOWN' | 'SOURCE_MALFORMED' | 'DESTINATION_MALFORMED' | 'FAMILY_MISMATCH'
  /** The way out. */
  readonly hint: string | undefined
  constructor(code: ExplainError['code'], message: string, hint?: string) {
    super(message)
    this.name = 'ExplainError'
    this.code = code
    this.hint = hint
  }
}
