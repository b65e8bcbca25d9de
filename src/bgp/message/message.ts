import type { Cidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { ErrorNotice } from './message-error.ts'

/** Of both sides of a session: what each says in its OPEN. */
export interface Capabilities {
  /** Unicast families by RFC 4760; of a peer without that capability none, which means IPv4. */
  readonly families: readonly IpFamily[]
  /** RFC 6793: the AS number; undefined: it knows AS numbers of two octets alone. */
  readonly fourOctetAs: number | undefined
  /** RFC 2918. */
  readonly routeRefresh: boolean
  /** RFC 4724. */
  readonly gracefulRestart: GracefulRestart | undefined
}

export interface GracefulRestart {
  /** The R bit: the speaker has restarted, so that nobody waits for its End-of-RIB before telling it routes. */
  readonly isRestarting: boolean
  /** How long the peer shall keep the routes of a speaker that is away, 0 to 4095 seconds. */
  readonly seconds: number
  /** Whose routes shall be kept, and whether packets were forwarded meanwhile. */
  readonly families: readonly { readonly family: IpFamily; readonly isForwarding: boolean }[]
}

export interface Open {
  readonly type: 'open'
  /** The AS number as it is, of four octets where the speaker knows these. */
  readonly asn: number
  readonly holdSeconds: number
  /** The BGP identifier, four octets as a number. */
  readonly identifier: number
  readonly capabilities: Capabilities
}

export type Origin = 'igp' | 'egp' | 'incomplete'

/** AS numbers in order, or as a set (RFC 4271 section 4.3); those of a confederation: RFC 5065. */
export interface AsSegment {
  readonly type: 'set' | 'sequence' | 'confederationSequence' | 'confederationSet'
  readonly asns: readonly number[]
}

/** Global administrator and two numbers of its own, of four octets each (RFC 8092). */
export type LargeCommunity = readonly [number, number, number]

/** What is said of routes. */
export interface PathAttributes {
  readonly origin: Origin
  readonly asPath: readonly AsSegment[]
  /** MULTI_EXIT_DISC. */
  readonly med?: number
  readonly localPreference?: number
  readonly communities: readonly number[]
  readonly largeCommunities: readonly LargeCommunity[]
}

/** Routes of a family with their next hop: one address, or an IPv6 global and a link-local one. */
export interface Reach {
  readonly family: IpFamily
  readonly nextHops: readonly Uint8Array[]
  readonly prefixes: readonly Cidr[]
  /** Where the message has them: in its own fields, which know IPv4 alone, or in MP_REACH_NLRI. */
  readonly isMultiprotocol: boolean
}

/** Routes that are gone. Without any, in MP_UNREACH_NLRI or an UPDATE with nothing else, it is End-of-RIB (RFC 4724). */
export interface Unreach {
  readonly family: IpFamily
  readonly prefixes: readonly Cidr[]
  readonly isMultiprotocol: boolean
}

export interface Update {
  readonly type: 'update'
  readonly unreach: readonly Unreach[]
  readonly reach: readonly Reach[]
  /** Undefined where nothing is reached, and where what it says cannot be used. */
  readonly attributes: PathAttributes | undefined
  /** What was wrong with what it says, where the session goes on all the same (RFC 7606): its routes count as withdrawn. */
  readonly fault?: string
}

interface Notification {
  readonly type: 'notification'
  readonly notice: ErrorNotice
}

interface RouteRefresh {
  readonly type: 'routeRefresh'
  /** Undefined: one that this speaker does not speak of. */
  readonly family: IpFamily | undefined
}

export type Message = Open | Update | Notification | RouteRefresh | { readonly type: 'keepalive' }
