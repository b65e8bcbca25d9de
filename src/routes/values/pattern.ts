import { RE2JS } from 're2js'

/** What is wrong with an expression, '' for one that is right, and how much a proxy has to be told of it. */
interface Judged {
  readonly fault: string
  readonly size: number
}

const KEPT = 10_000
const known = new Map<string, Judged>()

/** Of the program that RE2 makes of an expression, which a proxy has to go along: a repetition is written out in it. */
const MOST_STEPS = 5000
/** Numbers that a program is written in: a step is some, and each range of characters that it takes two. */
const LARGEST = 20_000
/** The same of all expressions of an object: as text, about as much as an object may be itself. */
const LARGEST_TOGETHER = 200_000
const STEP_SIZE = 3

/** Asked once for each text. */
const judge = (text: string): Judged => {
  const before = known.get(text)
  if (before !== undefined) return before
  const judged = compile(text)
  if (known.size >= KEPT) known.clear()
  known.set(text, judged)
  return judged
}

const compile = (text: string): Judged => {
  try {
    const steps = RE2JS.compile(text).re2Input.prog.inst as readonly { readonly runes?: ArrayLike<number> }[]
    const size = steps.reduce((sum, { runes }) => sum + STEP_SIZE + (runes?.length ?? 0), 0)
    if (steps.length > MOST_STEPS)
      return { fault: `it is one of ${steps.length} steps, and has to be one of ${MOST_STEPS} at most`, size }
    const isTooLarge = size > LARGEST
    return { fault: isTooLarge ? 'its steps take too many ranges of characters: repeat fewer of these' : '', size }
  } catch (error) {
    return { fault: (error as Error).message, size: 0 }
  }
}

/** What is wrong with a regular expression in RE2's syntax; undefined for one that is right. */
export const patternFault = (text: string): string | undefined => judge(text).fault || undefined

/** Asks for the regular expressions of one object, which have a bound together: those that come last are too many. */
export class Patterns {
  #left = LARGEST_TOGETHER

  /** What is wrong with one in RE2's syntax, or with having it too; undefined for one that is right. */
  fault(text: string): string | undefined {
    if (this.#left <= 0) return 'the expressions of its object before it are as much as they may be together'
    const { fault, size } = judge(text)
    this.#left -= size
    return fault || undefined
  }
}

/** A regular expression that takes this text alone. */
export const quotedPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
