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
    return differs(text)
  } catch (error) {
    return (error as Error).message
  }
}

const ESCAPES = /\\(?:x\{([0-9a-f]+)\}|[\s\S])/gi
/** `[…]`, in which `]` may stand first. */
const SETS = /\[\^?\]?(?:\\[\s\S]|\[:[^\]]*:\]|[^\]\\])*\]/g
/** `\w` stands for all classes. */
const UNREAD_IN_SETS = /\[[.=]|(?:\\w(?:\{[^}]*\})?|:\])-[^\]]/
/** PCRE reads no more than 250. */
const DEEPEST = 200

/**
 * What PCRE, which goes by octets, does not read, or reads in another way, though it is right in RE2: it would break
 * requests for a host of which others have paths too.
 */
const differs = (text: string): string => {
  for (const [one, code = ''] of text.matchAll(ESCAPES)) {
    if (one === '\\Q') return '\\Q is not supported'
    if (Number.parseInt(code, 16) > 0xff) return `${one}: numbers of characters above FF are not supported`
  }
  const bare = text.replace(ESCAPES, (one) => (/^\\[dswp]/i.test(one) ? '\\w' : 'x'))
  let depth = 0
  for (const letter of bare.replace(SETS, '')) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (depth > DEEPEST) return `more than ${DEEPEST} groups within one another are not supported`
  }
  const odd = bare.match(SETS)?.find((set) => UNREAD_IN_SETS.test(set.slice(1)))
  return odd === undefined ? '' : `${odd}: ranges from a class, [. and [= are not supported`
}

/** What is wrong with a regular expression in RE2's syntax; undefined for one that is right. */
export const patternFault = (text: string): string | undefined => faultOf(text) || undefined

/** A regular expression that takes this text alone. */
export const quotedPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
