import { RE2JS } from 're2js'

const KEPT = 10_000
const known = new Map<string, string>()

/** What is wrong with a regular expression in RE2's syntax; '' for one that is right. Asked once for each text. */
const faultOf = (text: string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  const fault = compile(text)
  if (known.size >= KEPT) known.clear()
  known.set(text, fault)
  return fault
}

/** Of the program that RE2 makes of an expression, which a proxy has to go along: a repetition is written out in it. */
const MOST_STEPS = 5000

const compile = (text: string): string => {
  try {
    const steps = RE2JS.compile(text).re2Input.prog.inst.length
    return steps > MOST_STEPS ? `it is one of ${steps} steps, and has to be one of ${MOST_STEPS} at most` : ''
  } catch (error) {
    return (error as Error).message
  }
}

/** What is wrong with a regular expression in RE2's syntax; undefined for one that is right. */
export const patternFault = (text: string): string | undefined => faultOf(text) || undefined

/** A regular expression that takes this text alone. */
export const quotedPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
