import { RE2JS } from 're2js'

const KEPT = 1000
const compiled = new Map<string, RE2JS>()

/** Whether a regular expression of RE2 matches all of a text. Compiled once; throws where it is none. */
export const matchesWhole = (pattern: string, text: string): boolean => expressionOf(pattern).matches(text)

/** What the groups of an expression took of a text that it matches as a whole, the first being the text; else nothing. */
export function wholeGroups(pattern: string, text: string): readonly string[] | undefined {
  const matcher = expressionOf(pattern).matcher(text)
  if (!matcher.matches()) return undefined
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '')
}

function expressionOf(pattern: string): RE2JS {
  let known = compiled.get(pattern)
  if (known === undefined) {
    known = RE2JS.compile(pattern)
    if (compiled.size >= KEPT) compiled.clear()
    compiled.set(pattern, known)
  }
  return known
}
