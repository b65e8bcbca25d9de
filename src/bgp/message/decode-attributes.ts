import { decodeAsPath, mergePaths } from './as-path.ts'
import { AttributeType, ErrorCode, familyOfAfi, UpdateError } from './codes.ts'
import { AttributeFlag, ORIGINS } from './encode-attributes.ts'
import type { AsSegment, LargeCommunity, Origin, PathAttributes, Reach, Unreach } from './message.ts'
import { BgpMessageError, errorNotice } from './message-error.ts'
import { OctetReader } from './octets.ts'
import { readPrefixes } from './prefixes.ts'

/** What two sides have agreed on, by which an UPDATE is written and read. */
export interface UpdateContext {
  /** AS_PATH has AS numbers of four octets: both sides have said that they know these. */
  readonly isFourOctet: boolean
  /** Both are of one AS: iBGP. */
  readonly isInternal: boolean
}

/** The attributes of an UPDATE as they stand there, each where there is one. */
interface Found {
  origin?: Origin
  asPath?: readonly AsSegment[]
  newPath?: readonly AsSegment[]
  nextHop?: Uint8Array
  med?: number
  localPreference?: number
  communities?: readonly number[]
  largeCommunities?: readonly LargeCommunity[]
  reach?: Reach
  unreach?: Unreach
}

const T = AttributeType
const { OPTIONAL, TRANSITIVE, EXTENDED } = AttributeFlag
const BOTH = OPTIONAL | TRANSITIVE

/** How each attribute that is known must be flagged. */
const FLAGS: ReadonlyMap<number, number> = new Map([
  [T.ORIGIN, TRANSITIVE],
  [T.AS_PATH, TRANSITIVE],
  [T.NEXT_HOP, TRANSITIVE],
  [T.MULTI_EXIT_DISC, OPTIONAL],
  [T.LOCAL_PREF, TRANSITIVE],
  [T.ATOMIC_AGGREGATE, TRANSITIVE],
  [T.AGGREGATOR, BOTH],
  [T.COMMUNITIES, BOTH],
  [T.ORIGINATOR_ID, OPTIONAL],
  [T.CLUSTER_LIST, OPTIONAL],
  [T.MP_REACH_NLRI, OPTIONAL],
  [T.MP_UNREACH_NLRI, OPTIONAL],
  [T.EXTENDED_COMMUNITIES, BOTH],
  [T.AS4_PATH, BOTH],
  [T.AS4_AGGREGATOR, BOTH],
  [T.LARGE_COMMUNITIES, BOTH],
])

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(T).map(([name, type]) => [type, name]))

const refuse = (subcode: number, message: string, data?: Uint8Array): BgpMessageError =>
  new BgpMessageError(errorNotice(ErrorCode.UPDATE, subcode, data), message)

const longsOf = (value: Uint8Array): readonly number[] =>
  new OctetReader(value, () => new RangeError('a number is cut off')).longs()

const isMultiple = (value: Uint8Array, of: number): boolean => value.length > 0 && value.length % of === 0

/** `whole` is the attribute with its head: it is what the peer is told (RFC 4271 section 6.3). */
const readMultiprotocol = (type: number, value: Uint8Array, whole: Uint8Array, found: Found): void => {
  const malformed = (): BgpMessageError =>
    refuse(UpdateError.OPTIONAL_ATTRIBUTE, `${NAMES.get(type)} is malformed`, whole)
  const reader = new OctetReader(value, malformed)
  const family = familyOfAfi(reader.word(), reader.octet())
  if (type === T.MP_UNREACH_NLRI) {
    if (family === undefined) return
    found.unreach = { family, prefixes: readPrefixes(reader.take(reader.left), family), isMultiprotocol: true }
    return
  }
  const nextHop = reader.take(reader.octet())
  reader.octet()
  if (family === undefined) return
  // IPv6 has a link-local one beside its global one (RFC 2545), and IPv4 may be reached by IPv6 (RFC 8950).
  const isOne = nextHop.length === 16 || (family === 'IPv4' && nextHop.length === 4)
  if (!isOne && nextHop.length !== 32) throw malformed()
  const nextHops = isOne ? [nextHop] : [nextHop.subarray(0, 16), nextHop.subarray(16)]
  const prefixes = readPrefixes(reader.take(reader.left), family)
  found.reach = { family, nextHops, prefixes, isMultiprotocol: true }
}

/** Reads one attribute. False: its routes cannot be used (RFC 7606 section 7, "treat-as-withdraw"). */
const readOne = (type: number, value: Uint8Array, context: UpdateContext, found: Found): boolean => {
  switch (type) {
    case T.ORIGIN:
      found.origin = value.length === 1 ? ORIGINS[value[0]!] : undefined
      return found.origin !== undefined
    case T.AS_PATH:
      found.asPath = decodeAsPath(value, context.isFourOctet)
      return found.asPath !== undefined
    case T.AS4_PATH:
      // RFC 6793 section 6: one that is malformed is not there.
      if (!context.isFourOctet) found.newPath = decodeAsPath(value, true)
      return true
    case T.NEXT_HOP:
      found.nextHop = value
      return value.length === 4
    case T.MULTI_EXIT_DISC:
      found.med = longsIfOne(value)
      return found.med !== undefined
    case T.LOCAL_PREF:
      // Of another AS it says nothing, right or wrong.
      if (!context.isInternal) return true
      found.localPreference = longsIfOne(value)
      return found.localPreference !== undefined
    case T.COMMUNITIES:
      if (!isMultiple(value, 4)) return false
      found.communities = longsOf(value)
      return true
    case T.LARGE_COMMUNITIES: {
      if (!isMultiple(value, 12)) return false
      const numbers = longsOf(value)
      found.largeCommunities = Array.from(
        { length: numbers.length / 3 },
        (_, index) => numbers.slice(index * 3, index * 3 + 3) as unknown as LargeCommunity,
      )
      return true
    }
    case T.EXTENDED_COMMUNITIES:
      return isMultiple(value, 8)
    case T.ORIGINATOR_ID:
      return !context.isInternal || value.length === 4
    case T.CLUSTER_LIST:
      return !context.isInternal || isMultiple(value, 4)
    default:
      // ATOMIC_AGGREGATE and the aggregators: one that is malformed is discarded, and none is used.
      return true
  }
}

const longsIfOne = (value: Uint8Array): number | undefined => (value.length === 4 ? longsOf(value)[0] : undefined)

interface Decoded {
  readonly attributes: PathAttributes | undefined
  readonly nextHop: Uint8Array | undefined
  readonly reach: Reach | undefined
  readonly unreach: Unreach | undefined
  /** The first that makes the routes count as withdrawn. */
  readonly fault: string | undefined
}

/**
 * The path attributes of an UPDATE by RFC 4271 section 6.3 as RFC 7606 has revised it. `hasRoutes`: routes stand in the
 * message's own fields. Throws BgpMessageError where the session must end.
 */
export const decodeAttributes = (octets: Uint8Array, hasRoutes: boolean, context: UpdateContext): Decoded => {
  const reader = new OctetReader(octets, () => new RangeError('the attributes are cut off'))
  const found: Found = {}
  const seen = new Set<number>()
  let fault: string | undefined
  while (reader.left > 0) {
    const start = octets.length - reader.left
    const head = octets.subarray(start, start + 4)
    const [flags = 0, type = 0, short = 0, low = 0] = head
    const headSize = flags & EXTENDED ? 4 : 3
    const length = flags & EXTENDED ? short * 0x100 + low : short
    if (headSize + length > reader.left) {
      fault ??= 'an attribute is longer than what is left'
      break
    }
    const whole = reader.take(headSize + length)
    const value = whole.subarray(headSize)
    const name = NAMES.get(type)
    const isMultiprotocol = type === T.MP_REACH_NLRI || type === T.MP_UNREACH_NLRI
    if (seen.has(type)) {
      if (isMultiprotocol) throw refuse(UpdateError.MALFORMED_ATTRIBUTE_LIST, `${name} stands twice`)
      continue
    }
    seen.add(type)
    if (name === undefined) {
      if (!(flags & OPTIONAL))
        throw refuse(UpdateError.UNRECOGNIZED_WELL_KNOWN, `well-known attribute ${type} is unknown`, whole)
      continue
    }
    if ((flags & BOTH) !== FLAGS.get(type)) fault ??= `${name} is flagged wrongly`
    if (isMultiprotocol) readMultiprotocol(type, value, whole, found)
    else if (!readOne(type, value, context, found)) fault ??= `${name} is malformed`
  }
  const { nextHop, reach, unreach } = found
  if (!hasRoutes && reach === undefined) return { attributes: undefined, nextHop, reach, unreach, fault }
  const { origin, asPath, newPath, med, localPreference, communities = [], largeCommunities = [] } = found
  const isMissing = origin === undefined || asPath === undefined || (hasRoutes && nextHop === undefined)
  if (isMissing || (context.isInternal && localPreference === undefined)) fault ??= 'a mandatory attribute is missing'
  if (fault !== undefined || isMissing) return { attributes: undefined, nextHop, reach, unreach, fault }
  const optional = { ...(med !== undefined && { med }), ...(localPreference !== undefined && { localPreference }) }
  const attributes = { origin, asPath: mergePaths(asPath, newPath), ...optional, communities, largeCommunities }
  return { attributes, nextHop, reach, unreach, fault }
}
