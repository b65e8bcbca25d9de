import { type IpFamily, toBytes, tryParseAddress } from '#net/ip-address.ts'
import { AS_TRANS } from '../message/codes.ts'

/** A router to speak with, as somebody configures it. */
export interface PeerOptions {
  /** Its name among the peers; routes, status and metrics have it. */
  readonly name: string
  /** `192.0.2.1`, `2001:db8::1`, or `fe80::1%eth0`: a link-local one needs its interface. */
  readonly address: string
  /** 179 where it is not said. */
  readonly port?: number
  readonly localAsn: number
  readonly peerAsn: number
  /** The BGP identifier, written as an IPv4 address. */
  readonly routerId: string
  /** 0, which is never, or 3 to 65535; 90 where it is not said. */
  readonly holdSeconds?: number
  /** 1 or more and no more than a third of the hold time, which it is where it is not said. */
  readonly keepaliveSeconds?: number
  /** Between two attempts at most, 1 to 65535; 120 where it is not said. */
  readonly connectRetrySeconds?: number
  /** The address that connections leave from. */
  readonly sourceAddress?: string
  /** The peer, of another AS, is more than a hop away. */
  readonly isMultihop?: boolean
  /** RFC 5082: packets of the peer count only if no router has passed them on, and ours have a TTL of 255. */
  readonly ttlSecurity?: boolean
  /** RFC 2385, 1 to 80 octets. */
  readonly password?: string
  /** Waits for the peer to connect. */
  readonly isPassive?: boolean
  /** What routes of a family name as their next hop; where it is not said, the session's own address if of that family. */
  readonly nextHop?: Partial<Readonly<Record<IpFamily, string>>>
  /** How long the peer shall keep our routes while we are away, 0 to 4095 seconds; 120 where it is not said; false: not at all. */
  readonly gracefulRestartSeconds?: number | false
}

/** A peer that can be spoken with: PeerOptions, looked through. */
export interface Peer {
  readonly name: string
  readonly address: string
  readonly family: IpFamily
  /** The interface of a link-local address. */
  readonly zone: string | undefined
  readonly port: number
  readonly localAsn: number
  readonly peerAsn: number
  /** Both are of one AS: iBGP. */
  readonly isInternal: boolean
  readonly identifier: number
  readonly holdSeconds: number
  readonly keepaliveSeconds: number
  readonly connectRetrySeconds: number
  readonly sourceAddress: string | undefined
  /** Of packets that are sent; undefined: the kernel's. */
  readonly ttl: number | undefined
  /** Of packets that are taken, at least. */
  readonly leastTtl: number | undefined
  readonly password: string | undefined
  readonly isPassive: boolean
  /** In octets. */
  readonly nextHops: Partial<Readonly<Record<IpFamily, Uint8Array>>>
  /** Families whose routes it can be told. */
  readonly families: readonly IpFamily[]
  readonly gracefulRestartSeconds: number | undefined
}

type PeerErrorCode =
  | 'PEER_NAME_INVALID'
  | 'PEER_ADDRESS_INVALID'
  | 'PEER_PORT_INVALID'
  | 'PEER_AS_INVALID'
  | 'PEER_ROUTER_ID_INVALID'
  | 'PEER_TIME_INVALID'
  | 'PEER_TTL_INVALID'
  | 'PEER_PASSWORD_INVALID'

/** A peer that is configured wrongly; the text has the way out, and never the password. */
class PeerError extends Error {
  override readonly name = 'PeerError'
  readonly code: PeerErrorCode
  readonly peer: string
  readonly field: keyof PeerOptions

  constructor(code: PeerErrorCode, peer: string, field: keyof PeerOptions, message: string) {
    super(`peer ${JSON.stringify(peer)}: ${field} ${message}`)
    this.code = code
    this.peer = peer
    this.field = field
  }
}

const MOST_ASN = 0xffff_ffff
const MOST_WORD = 0xffff
const MOST_RESTART_SECONDS = 4095
const MOST_PASSWORD_OCTETS = 80
const FARTHEST_TTL = 255
const LINK_LOCAL_BITS = 118n
const LINK_LOCAL = 0xfe80n >> 6n

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

/** Checks one peer. Throws PeerError. */
const parsePeer = (options: PeerOptions): Peer => {
  const { name, localAsn, peerAsn, password, sourceAddress, nextHop = {} } = options
  const refuse = (code: PeerErrorCode, field: keyof PeerOptions, message: string): PeerError =>
    new PeerError(code, name, field, message)
  if (name === '') throw refuse('PEER_NAME_INVALID', 'name', 'is empty; give each peer a name of its own')
  const [host = '', zone, ...more] = options.address.split('%')
  const address = tryParseAddress(host)
  if (address === undefined || zone === '' || more.length > 0)
    throw refuse(
      'PEER_ADDRESS_INVALID',
      'address',
      `is ${JSON.stringify(options.address)}; write an address, such as 192.0.2.1, 2001:db8::1 or fe80::1%eth0`,
    )
  const isLinkLocal = address.family === 'IPv6' && address.value >> LINK_LOCAL_BITS === LINK_LOCAL
  if (isLinkLocal !== (zone !== undefined))
    throw refuse(
      'PEER_ADDRESS_INVALID',
      'address',
      isLinkLocal
        ? 'is link-local; say on which interface, as in fe80::1%eth0'
        : `has an interface, which link-local addresses alone have; leave %${zone} out`,
    )
  const within = (
    code: PeerErrorCode,
    field: keyof PeerOptions,
    value: number,
    least: number,
    most: number,
  ): number => {
    if (isWithin(value, least, most)) return value
    throw refuse(code, field, `is ${value}; it can be ${least} to ${most}`)
  }
  for (const [field, asn] of [
    ['localAsn', localAsn],
    ['peerAsn', peerAsn],
  ] as const) {
    within('PEER_AS_INVALID', field, asn, 1, MOST_ASN)
    if (asn === AS_TRANS)
      throw refuse(
        'PEER_AS_INVALID',
        field,
        `is ${AS_TRANS}, which stands for others (RFC 6793); take a private one, such as 64512 to 65534`,
      )
  }
  const routerId = tryParseAddress(options.routerId)
  if (routerId?.family !== 'IPv4' || routerId.value === 0n)
    throw refuse(
      'PEER_ROUTER_ID_INVALID',
      'routerId',
      `is ${JSON.stringify(options.routerId)}; write it as an IPv4 address that is the node's alone, such as 10.0.0.1`,
    )
  const holdSeconds = options.holdSeconds ?? 90
  if (holdSeconds !== 0) within('PEER_TIME_INVALID', 'holdSeconds', holdSeconds, 3, MOST_WORD)
  const third = Math.floor(holdSeconds / 3)
  if (options.keepaliveSeconds !== undefined && holdSeconds !== 0)
    within('PEER_TIME_INVALID', 'keepaliveSeconds', options.keepaliveSeconds, 1, third)
  const restart = options.gracefulRestartSeconds ?? 120
  if (restart !== false) within('PEER_TIME_INVALID', 'gracefulRestartSeconds', restart, 0, MOST_RESTART_SECONDS)
  const source = sourceAddress === undefined ? undefined : tryParseAddress(sourceAddress)
  if (sourceAddress !== undefined && source?.family !== address.family)
    throw refuse(
      'PEER_ADDRESS_INVALID',
      'sourceAddress',
      `is ${JSON.stringify(sourceAddress)}; it must be an ${address.family} address as the peer's is`,
    )
  const isInternal = localAsn === peerAsn
  if (options.ttlSecurity && options.isMultihop)
    throw refuse(
      'PEER_TTL_INVALID',
      'ttlSecurity',
      'is for peers one hop away, and isMultihop says that this one is farther; leave one of the two out',
    )
  if (password !== undefined && !isWithin(Buffer.byteLength(password), 1, MOST_PASSWORD_OCTETS))
    throw refuse(
      'PEER_PASSWORD_INVALID',
      'password',
      `has ${Buffer.byteLength(password)} octets; it can have 1 to ${MOST_PASSWORD_OCTETS}`,
    )
  const nextHops: Partial<Record<IpFamily, Uint8Array>> = {}
  for (const [family, text] of Object.entries(nextHop) as [IpFamily, string | undefined][]) {
    if (text === undefined) continue
    const hop = tryParseAddress(text)
    if (hop?.family !== family)
      throw refuse(
        'PEER_ADDRESS_INVALID',
        'nextHop',
        `of ${family} is ${JSON.stringify(text)}; it must be an ${family} address`,
      )
    nextHops[family] = toBytes(hop)
  }
  return {
    name,
    address: host,
    family: address.family,
    zone,
    port: within('PEER_PORT_INVALID', 'port', options.port ?? 179, 1, MOST_WORD),
    localAsn,
    peerAsn,
    isInternal,
    identifier: Number(routerId.value),
    holdSeconds,
    keepaliveSeconds: options.keepaliveSeconds ?? third,
    connectRetrySeconds: within(
      'PEER_TIME_INVALID',
      'connectRetrySeconds',
      options.connectRetrySeconds ?? 120,
      1,
      MOST_WORD,
    ),
    sourceAddress,
    // Another AS begins at the next hop: what went farther is not the peer's.
    ttl: options.ttlSecurity ? FARTHEST_TTL : isInternal || options.isMultihop ? undefined : 1,
    leastTtl: options.ttlSecurity ? FARTHEST_TTL : undefined,
    password,
    isPassive: options.isPassive ?? false,
    nextHops,
    families: (['IPv4', 'IPv6'] as const).filter(
      (family) => family === address.family || nextHops[family] !== undefined,
    ),
    gracefulRestartSeconds: restart === false ? undefined : restart,
  }
}

/** Checks all peers. Throws PeerError, also where two have one name or one address. */
export const parsePeers = (list: readonly PeerOptions[]): readonly Peer[] => {
  const peers = list.map(parsePeer)
  const names = new Set<string>()
  const places = new Map<string, string>()
  for (const { name, address, zone = '' } of peers) {
    if (names.has(name))
      throw new PeerError('PEER_NAME_INVALID', name, 'name', 'is that of two peers; give each a name of its own')
    names.add(name)
    const place = `${toBytes(tryParseAddress(address)!)}%${zone}`
    const other = places.get(place)
    // Whoever connects is known by the address alone.
    if (other !== undefined)
      throw new PeerError(
        'PEER_ADDRESS_INVALID',
        name,
        'address',
        `is that of ${JSON.stringify(other)} too; one session with a router is enough`,
      )
    places.set(place, name)
  }
  return peers
}
