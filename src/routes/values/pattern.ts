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

const compile = (text: string): string => {
  try {
    RE2JS.compile(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

/** What is wrong with a regular expression in RE2's syntax; undefined for one that is right. */
export const patternFault = (text: string): string | undefined => faultOf(text) || undefined

/** A regular expression that takes this text alone. */
export const quotedPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
