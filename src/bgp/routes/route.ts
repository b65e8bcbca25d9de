import { type Cidr, formatCidr, tryParseCidr } from '#net/cidr.ts'
import { tryParseCommunity, tryParseLargeCommunity } from '../message/communities.ts'
import type { LargeCommunity, PathAttributes } from '../message/message.ts'
import type { Peer } from '../session/peer-options.ts'

/** A route to be announced, as whoever decides on it writes it. */
export interface RouteOptions {
  /** `192.0.2.7/32`, `2001:db8::/64`. */
  readonly prefix: string
  /** `64512:100` or a well-known name, such as `no-export` (RFC 1997). */
  readonly communities: readonly string[]
  /** `64512:1:2` (RFC 8092). */
  readonly largeCommunities: readonly string[]
  /** LOCAL_PREF: peers of our own AS alone are told. */
  readonly localPreference: number
  /** MULTI_EXIT_DISC. */
  readonly med?: number
  /** Names of the peers that are told; undefined: all. */
  readonly peers?: readonly string[]
}

export interface Route {
  /** The canonical text of the prefix. */
  readonly key: string
  readonly prefix: Cidr
  readonly communities: readonly number[]
  readonly largeCommunities: readonly LargeCommunity[]
  readonly localPreference: number
  readonly med: number | undefined
  /** Of what is said of it: routes with the same one go in one message. */
  readonly attributesKey: string
  readonly peers: ReadonlySet<string> | undefined
}

/** A route that cannot be announced as it is written. */
class RouteError extends Error {
  override readonly name = 'RouteError'
  readonly code = 'ROUTE_INVALID'
  readonly prefix: string

  constructor(prefix: string, message: string) {
    super(`route ${JSON.stringify(prefix)}: ${message}`)
    this.prefix = prefix
  }
}

const MOST = 0xffff_ffff
/** What communities may take of a message of 4096 octets. */
const MOST_COMMUNITY_OCTETS = 3_500
const isLong = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MOST

/** In order, each once: two routes that say the same are written the same. */
const ordered = <T>(values: readonly T[]): readonly T[] =>
  [...new Map(values.map((value) => [String(value), value] as const)).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)

const parseRoute = (options: RouteOptions): Route => {
  const { prefix: text, localPreference, med, peers } = options
  const prefix = tryParseCidr(text)
  if (prefix === undefined) throw new RouteError(text, 'it is no prefix; write it as 192.0.2.7/32 or 2001:db8::/64')
  const all = <T>(texts: readonly string[], parse: (text: string) => T | undefined, form: string): readonly T[] =>
    ordered(
      texts.map((one) => {
        const parsed = parse(one)
        if (parsed === undefined) throw new RouteError(text, `${JSON.stringify(one)} is no community; write ${form}`)
        return parsed
      }),
    )
  const communities = all(options.communities, tryParseCommunity, '64512:100, or a name such as no-export')
  const largeCommunities = all(options.largeCommunities, tryParseLargeCommunity, '64512:1:2')
  if (communities.length * 4 + largeCommunities.length * 12 > MOST_COMMUNITY_OCTETS)
    throw new RouteError(
      text,
      `its communities do not fit in a message, which has ${MOST_COMMUNITY_OCTETS} octets for them`,
    )
  for (const value of [localPreference, med ?? 0])
    if (!isLong(value)) throw new RouteError(text, `${value} is no preference or metric; it can be 0 to ${MOST}`)
  return {
    key: formatCidr(prefix),
    prefix,
    communities,
    largeCommunities,
    localPreference,
    med,
    attributesKey: JSON.stringify([communities, largeCommunities, localPreference, med]),
    peers: peers && new Set(peers),
  }
}

/** By the texts of their prefixes. Throws RouteError, also where a prefix stands twice for a peer. */
export const parseRoutes = (list: readonly RouteOptions[]): readonly Route[] => {
  const routes = list.map(parseRoute)
  const byPrefix = new Map<string, Route>()
  for (const route of routes) {
    const other = byPrefix.get(route.key)
    if (other === undefined) byPrefix.set(route.key, route)
    else if (!other.peers || !route.peers || !other.peers.isDisjointFrom(route.peers))
      throw new RouteError(route.key, 'it stands twice for one peer; say once what is announced of it')
  }
  return routes
}

/** What a peer is told of a route. */
export const attributesFor = (route: Route, { isInternal, localAsn }: Peer): PathAttributes => ({
  origin: 'igp',
  asPath: isInternal ? [] : [{ type: 'sequence', asns: [localAsn] }],
  ...(route.med !== undefined && { med: route.med }),
  ...(isInternal && { localPreference: route.localPreference }),
  communities: route.communities,
  largeCommunities: route.largeCommunities,
})
