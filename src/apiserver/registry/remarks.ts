/** What rules have to say of a write that they let pass, or of why they do not. */
export interface Remarks {
  /** To who writes. */
  warn(text: string): void
  /** To who reads the audit log, by a key in the form `DOMAIN/WORD`. */
  annotate(key: string, value: string): void
}

/** Nobody listens. */
export const UNHEARD: Remarks = { warn() {}, annotate() {} }
