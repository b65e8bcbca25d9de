import { RE2JS } from 're2js'

const KEPT = 500
const known = new Map<string, RE2JS>()

/**
 * What an expression of RE2 finds in a text that it matches as a whole: the text, and what its groups took. Nothing where it
 * does not match; an expression that is none matches nothing (routes with such are not accepted).
 */
export function wholeMatch(pattern: string, text: string): readonly string[] | undefined {
  const expression = expressionOf(pattern)
  const matcher = expression?.matcher(text)
  if (!matcher?.matches()) return undefined
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? '')
}

function expressionOf(pattern: string): RE2JS | undefined {
  const found = known.get(pattern)
  if (found !== undefined) return found
  try {
    const compiled = RE2JS.compile(pattern)
    if (known.size >= KEPT) known.clear()
    known.set(pattern, compiled)
    return compiled
  } catch {
    return undefined
  }
}
