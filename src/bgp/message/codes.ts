import type { IpFamily } from '#net/ip-address.ts'

/** Types of messages, RFC 4271 section 4.1; ROUTE-REFRESH: RFC 2918. */
export const MessageType = { OPEN: 1, UPDATE: 2, NOTIFICATION: 3, KEEPALIVE: 4, ROUTE_REFRESH: 5 } as const

/** Error codes of a NOTIFICATION, RFC 4271 section 4.5; SEND_HOLD: RFC 9687. */
export const ErrorCode = {
  HEADER: 1,
  OPEN: 2,
  UPDATE: 3,
  HOLD_TIMER: 4,
  STATE_MACHINE: 5,
  CEASE: 6,
  SEND_HOLD_TIMER: 8,
} as const

export const HeaderError = { NOT_SYNCHRONIZED: 1, BAD_LENGTH: 2, BAD_TYPE: 3 } as const
export const OpenError = {
  UNSPECIFIC: 0,
  UNSUPPORTED_VERSION: 1,
  BAD_PEER_AS: 2,
  BAD_IDENTIFIER: 3,
  UNSUPPORTED_PARAMETER: 4,
  UNACCEPTABLE_HOLD_TIME: 6,
} as const
export const UpdateError = {
  MALFORMED_ATTRIBUTE_LIST: 1,
  UNRECOGNIZED_WELL_KNOWN: 2,
  OPTIONAL_ATTRIBUTE: 9,
  INVALID_NETWORK: 10,
} as const
/** Of a message that a state does not expect, RFC 6608. */
export const StateError = { OPEN_SENT: 1, OPEN_CONFIRM: 2, ESTABLISHED: 3 } as const
/** RFC 4486. */
export const Cease = {
  ADMINISTRATIVE_SHUTDOWN: 2,
  PEER_DE_CONFIGURED: 3,
  ADMINISTRATIVE_RESET: 4,
  CONNECTION_REJECTED: 5,
  CONFIGURATION_CHANGE: 6,
  COLLISION_RESOLUTION: 7,
} as const

/** Path attributes by their type codes. */
export const AttributeType = {
  ORIGIN: 1,
  AS_PATH: 2,
  NEXT_HOP: 3,
  MULTI_EXIT_DISC: 4,
  LOCAL_PREF: 5,
  ATOMIC_AGGREGATE: 6,
  AGGREGATOR: 7,
  COMMUNITIES: 8,
  ORIGINATOR_ID: 9,
  CLUSTER_LIST: 10,
  MP_REACH_NLRI: 14,
  MP_UNREACH_NLRI: 15,
  EXTENDED_COMMUNITIES: 16,
  AS4_PATH: 17,
  AS4_AGGREGATOR: 18,
  LARGE_COMMUNITIES: 32,
} as const

/** Codes of capabilities: RFC 4760, RFC 2918, RFC 4724, RFC 6793. */
export const CapabilityCode = { MULTIPROTOCOL: 1, ROUTE_REFRESH: 2, GRACEFUL_RESTART: 64, FOUR_OCTET_AS: 65 } as const

/** RFC 6793: stands for an AS number that does not fit in two octets. */
export const AS_TRANS = 23456
export const TWO_OCTETS = 0xffff

const UNICAST = 1
const AFI: Readonly<Record<IpFamily, number>> = { IPv4: 1, IPv6: 2 }

/** The number of an address family, RFC 4760; of its two octets the first is 0. */
export const afiOf = (family: IpFamily): number => AFI[family]
export const SAFI_UNICAST = UNICAST

/** Undefined for what this speaker does not speak of: other families, and other than unicast. */
export const familyOfAfi = (afi: number, safi: number): IpFamily | undefined =>
  safi !== UNICAST ? undefined : afi === AFI.IPv4 ? 'IPv4' : afi === AFI.IPv6 ? 'IPv6' : undefined
