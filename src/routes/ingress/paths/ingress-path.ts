import type { HTTPIngressPath } from '#api/networking/ingress/message.ts'
import type { PathMatch } from '../../table/entry.ts'
import { matchedPath, requestPath } from '../../table/request-path.ts'
import type { Patterns } from '../../values/pattern.ts'
import type { Settings } from '../annotations/settings.ts'

/** What a path of an Ingress matches. */
export interface IngressPath {
  readonly match: PathMatch
  /** Of two that match, the longer one decides: letters as they were written. */
  readonly size: number
}

/** Octets of a path, as requests are matched by it: a request's own may hardly be longer. */
const LONGEST = 8192

const REGEX_LETTERS = /[()[\]{}*+?^$|\\]/

/** Whether paths are regular expressions: those without a type of their own, and of all types such as look like one. */
const wantsRegex = ({ useRegex, rewriteTarget }: Settings): boolean => useRegex || /\$\d/.test(rewriteTarget ?? '')

/** The path, or why no request can have it. */
export const readPath = (
  { path, pathType }: Pick<HTTPIngressPath, 'path' | 'pathType'>,
  settings: Settings,
  patterns: Patterns,
): IngressPath | { readonly problem: string } => {
  const text = path || '/'
  const isFree = pathType !== 'Exact' && pathType !== 'Prefix'
  if (wantsRegex(settings) && (isFree || REGEX_LETTERS.test(text))) return regexPath(text, patterns)
  const value = matchedPath(text)
  if (value.length > LONGEST) return { problem: `it is of ${value.length} octets, and may be of ${LONGEST}` }
  if (requestPath(value) === undefined) return { problem: 'no request has such a path: it is refused, with 400' }
  if (pathType === 'Exact') return { match: { type: 'Exact', value }, size: value.length }
  const prefix = value.replace(/\/+$/, '') || '/'
  return { match: { type: 'Prefix', value: prefix }, size: prefix.length }
}

/** From the beginning of a path on, whatever comes behind, and upper and lower case alike: as nginx takes them. */
const regexPath = (text: string, patterns: Patterns): IngressPath | { readonly problem: string } => {
  const value = `(?i:${text}).*`
  const problem = patterns.fault(text, value)
  if (problem !== undefined) return { problem: `it is no regular expression of RE2: ${problem}` }
  return { match: { type: 'RegularExpression', value }, size: text.length }
}

/** For sorting: exact ones first, then the longer ones. */
export const byPrecedence = (left: IngressPath, right: IngressPath): number =>
  Number(right.match.type === 'Exact') - Number(left.match.type === 'Exact') || right.size - left.size
