import { RE2JS } from 're2js'
import { writtenOut } from '#schema/regexp/written-out.ts'
import { CelError } from '../values/cel-error.ts'

const KEPT = 200
const known = new Map<string, RE2JS>()
/** Steps, about, that a pattern is written out to: it may be one that whoever writes an object chooses. */
const MOST_STEPS = 50_000

/** A pattern in RE2's syntax, in linear time whatever it is. Throws CelError for what is none. */
export const patternOf = (text: string): RE2JS => {
  const found = known.get(text)
  if (found !== undefined) return found
  if (text.length > MOST_STEPS || writtenOut(text) > MOST_STEPS)
    throw new CelError(`a regular expression of more than ${MOST_STEPS} steps`)
  try {
    const compiled = RE2JS.compile(text)
    if (known.size >= KEPT) known.clear()
    known.set(text, compiled)
    return compiled
  } catch (error) {
    throw new CelError((error as Error).message)
  }
}
