import type { Entry, PathMatch } from './entry.ts'
import { compareHostnames } from './hostname.ts'
import { bySeniority, type Seniority } from './seniority.ts'

/** An entry among others, and what decides where all that it matches by is alike. */
export interface Ranked {
  readonly entry: Entry
  /** Of a GRPCRoute. */
  readonly call?: Call
  /** Of the object that it comes from. */
  readonly seniority: Seniority
  /** Its place in that object. */
  readonly order: number
}

/** How many characters a match of a GRPCRoute has of a service, and of a method. */
export interface Call {
  readonly service: number
  readonly method: number
}

const PATHS: { readonly [type in PathMatch['type']]: number } = { Exact: 0, Prefix: 1, RegularExpression: 2 }

/**
 * For `sort`: whose entry decides about a request that both match. Exact hostnames and the longest go first, then the
 * longest service and method of gRPC, or exact paths, the longest prefix and regular expressions, then a method, most
 * headers, most parameters of the query, the oldest object, its name, and the order in which it has them.
 */
export const byPrecedence = (left: Ranked, right: Ranked): number => {
  const one = left.entry
  const other = right.entry
  return (
    compareHostnames(one.hostname, other.hostname) ||
    byText(one.hostname, other.hostname) ||
    byCall(left.call, right.call) ||
    PATHS[one.path.type] - PATHS[other.path.type] ||
    byPrefix(one.path, other.path) ||
    Number(other.method !== undefined) - Number(one.method !== undefined) ||
    other.headers.length - one.headers.length ||
    other.query.length - one.query.length ||
    bySeniority(left.seniority, right.seniority) ||
    left.order - right.order
  )
}

const NO_CALL: Call = { service: 0, method: 0 }
const byCall = (left = NO_CALL, right = NO_CALL): number => right.service - left.service || right.method - left.method

const byPrefix = (left: PathMatch, right: PathMatch): number =>
  left.type === 'Prefix' ? right.value.length - left.value.length : 0

/** Of hostnames that no request has both of: only that the order is always the same. */
const byText = (left: string, right: string): number => (left === right ? 0 : left < right ? -1 : 1)
