import type { Settings } from './settings.ts'

/** An annotation that is honoured: `docs/ingress.md` and the code both go by it. */
export interface Annotation {
  /** Behind the prefix. */
  readonly name: string
  /** What it does, for people; `code` in backticks. */
  readonly does: string
  /** `before` are the settings that earlier annotations of the table have made. */
  readonly read: (value: string, before: Settings) => Reading
}

/** What a value sets; and where it cannot be as it is written, why not, and what holds instead. */
export interface Reading {
  readonly set: Partial<Settings>
  readonly problem?: { readonly why: string; readonly instead: string }
}

export const bad = (why: string, instead: string, set: Partial<Settings> = {}): Reading => ({
  set,
  problem: { why, instead },
})
