import type { Entry, PathMatch } from './entry.ts'
import { compareHostnames } from './hostname.ts'
import { bySeniority, type Seniority } from './seniority.ts'

/** An entry among others, and what decides where all that it matches by is alike. */
export interface Ranked {
  readonly entry: Entry
  /** Of the object that it comes from. */
  readonly seniority: Seniority
  /** Its place in that object. */
  readonly order: number
}

const PATHS: { readonly [type in PathMatch['type']]: number } = { Exact: 0, Prefix: 1, RegularExpression: 2 }

/**
 * For `sort`: whose entry decides about a request that both match. Exact hostnames and the longest go first, then exact
 * paths, the longest prefix and regular expressions, then a method, most headers, most parameters of the query, the
 * oldest object, its name, and the order in which it has them.
 */
export const byPrecedence = (left: Ranked, right: Ranked): number => {
  const one = left.entry
  const other = right.entry
  return (
    compareHostnames(one.hostname, other.hostname) ||
    byText(one.hostname, other.hostname) ||
    PATHS[one.path.type] - PATHS[other.path.type] ||
    byPrefix(one.path, other.path) ||
    Number(other.method !== undefined) - Number(one.method !== undefined) ||
    other.headers.length - one.headers.length ||
    other.query.length - one.query.length ||
    bySeniority(left.seniority, right.seniority) ||
    left.order - right.order
  )
}

const byPrefix = (left: PathMatch, right: PathMatch): number =>
  left.type === 'Prefix' ? right.value.length - left.value.length : 0

/** Of hostnames that no request has both of: only that the order is always the same. */
const byText = (left: string, right: string): number => (left === right ? 0 : left < right ? -1 : 1)
