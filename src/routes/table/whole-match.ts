import { RE2JS } from 're2js'

const KEPT = 1000
const compiled = new Map<string, RE2JS>()

/** Whether a regular expression of RE2 matches all of a text. Compiled once; throws where it is none. */
export function matchesWhole(pattern: string, text: string): boolean {
  let known = compiled.get(pattern)
  if (known === undefined) {
    known = RE2JS.compile(pattern)
    if (compiled.size >= KEPT) compiled.clear()
    compiled.set(pattern, known)
  }
  return known.matches(text)
}
