import { RE2JS } from 're2js'
import { writtenOut } from '#schema/regexp/written-out.ts'

/** What is wrong with an expression, '' for one that is right, and how much work it is: here, or for a proxy. */
interface Judged {
  readonly fault: string
  readonly size: number
}

/** Letters of all texts that are known. */
const MOST_KEPT = 1_000_000
const known = new Map<string, Judged>()
let kept = 0

/** Letters of a text: what is longer is not even read. */
const LONGEST = 10_000
/** Of the program that RE2 makes of an expression, which a proxy has to go along: a repetition is written out in it. */
const MOST_STEPS = 5000
/** What is written out to so many times as many is not compiled: `writtenOut` says about how many there are. */
const ABOUT = 2
/** Numbers that a program is written in: a step is some, and each range of characters that it takes two. */
const LARGEST = 20_000
/** The same of all expressions of an object: as text, about as much as an object may be itself. */
const LARGEST_TOGETHER = 200_000
const STEP_SIZE = 3

/** Asked once for each text. */
const judge = (text: string): Judged => {
  const before = known.get(text)
  if (before !== undefined) return before
  if (text.length > LONGEST)
    return { fault: `it is of ${text.length} letters, and may be of ${LONGEST}`, size: text.length }
  const judged = compile(text)
  kept += text.length
  if (kept > MOST_KEPT) {
    known.clear()
    kept = text.length
  }
  known.set(text, judged)
  return judged
}

const tooManySteps = (count: string | number): string =>
  `it is one of ${count} steps, and has to be one of ${MOST_STEPS} at most`

const compile = (text: string): Judged => {
  const written = writtenOut(text)
  if (written > ABOUT * MOST_STEPS) return { fault: tooManySteps(`some ${written}`), size: text.length }
  try {
    const steps = RE2JS.compile(text).re2Input.prog.inst as readonly { readonly runes?: ArrayLike<number> }[]
    const size = steps.reduce((sum, { runes }) => sum + STEP_SIZE + (runes?.length ?? 0), 0)
    if (steps.length > MOST_STEPS) return { fault: tooManySteps(steps.length), size }
    const isTooLarge = size > LARGEST
    return { fault: isTooLarge ? 'its steps take too many ranges of characters: repeat fewer of these' : '', size }
  } catch (error) {
    return { fault: (error as Error).message, size: text.length }
  }
}

/** What is wrong with a regular expression in RE2's syntax; undefined for one that is right. */
export const patternFault = (text: string): string | undefined => judge(text).fault || undefined

/** Asks for the regular expressions of one object, which have a bound together: those that come last are too many. */
export class Patterns {
  #left = LARGEST_TOGETHER

  /**
   * What is wrong with one in RE2's syntax, or with having it too; undefined for one that is right. `inside`: what it
   * is part of, which says how much it is.
   */
  fault(text: string, inside = text): string | undefined {
    if (this.#left <= 0) return 'the expressions of its object before it are as much as they may be together'
    const alone = judge(text)
    const { fault, size } = alone.fault === '' && inside !== text ? judge(inside) : alone
    this.#left -= size
    return fault || undefined
  }
}

/** A regular expression that takes this text alone. */
export const quotedPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
