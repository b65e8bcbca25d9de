/** A small defect that a tired developer might make: one piece of one file replaced. */
export interface Mutant {
  /** Path of the file, from the top of the tree. */
  readonly path: string
  /** The piece: from, and up to but not including, in characters. */
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** As people read it: `a < b → a <= b`. */
  readonly change: string
  /** From 1. */
  readonly line: number
}

/** The text of a file with a mutant in it. */
export const applyTo = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + replacement + text.slice(end)
