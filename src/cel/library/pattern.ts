import { RE2JS } from 're2js'
import { CelError } from '../values/cel-error.ts'

const KEPT = 200
const known = new Map<string, RE2JS>()

/** A pattern in RE2's syntax, in linear time whatever it is. Throws CelError for what is none. */
export const patternOf = (text: string): RE2JS => {
  const found = known.get(text)
  if (found !== undefined) return found
  try {
    const compiled = RE2JS.compile(text)
    if (known.size >= KEPT) known.clear()
    known.set(text, compiled)
    return compiled
  } catch (error) {
    throw new CelError((error as Error).message)
  }
}
