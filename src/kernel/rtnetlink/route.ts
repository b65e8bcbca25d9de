import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_INET, type AF_INET6, AF_UNSPEC, type InetPrefix, inetAddress, inetPrefix, inetText } from '../inet.ts'
import {
  MessageWriter,
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  readU32,
  viewOf,
} from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE } from '../netlink/netlink-numbers.ts'

// linux/rtnetlink.h
export const RTM_NEWROUTE = 24
const RTM_DELROUTE = 25
const RTM_GETROUTE = 26
const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PRIORITY = 6
const RTA_PREFSRC = 7
const RTA_MULTIPATH = 9
const RTA_TABLE = 15
const RTN_UNICAST = 1
const RTN_UNREACHABLE = 7
const RT_SCOPE_UNIVERSE = 0
const RT_SCOPE_LINK = 253
export const RT_TABLE_MAIN = 254
const RTNH_F_ONLINK = 4
const RTMSG_LENGTH = 12
/** Tell the table in which it was found. */
const RTM_F_LOOKUP_TABLE = 0x1000

/**
 * The protocol number of routes that are ours, as `ip route show proto 250` lists them. No routing daemon in iproute2's
 * rt_protos has it.
 */
export const ROUTE_PROTOCOL = 250
/** The same of ways between nodes: on a node of a cluster of ours they lie beside those that made the node. */
export const BETWEEN_PROTOCOL = 251

/** One way on. */
interface NextHop {
  /** Link index; absent: found by the gateway. */
  readonly link?: number
  /** Absent: the destination is on the link itself. */
  readonly gateway?: string
  /** The gateway counts as on the link though no address says so. */
  readonly onlink?: boolean
}

interface Route {
  /** `10.244.1.0/24`; `0.0.0.0/0` and `::/0` are the default routes. */
  readonly destination: string
  /** None: unreachable (an ICMP error at once, instead of a silent wait). Several: equal-cost multipath. */
  readonly nextHops: readonly NextHop[]
  /** The address that connections of this machine itself have on this route. */
  readonly source?: string
  /** Left out: the main table. */
  readonly table?: number
  /** Whose it is; left out: `ROUTE_PROTOCOL`. */
  readonly protocol?: number
}

/** A route as the kernel lists it. */
export interface ListedRoute extends Route {
  readonly protocol: number
  readonly table: number
  readonly type: number
}

/** Adds a route, or takes the place of the one to that destination. */
export function replaceRoute(route: Route): NetlinkRequest {
  return write(route, NLM_F_REPLACE).finish('RTM_NEWROUTE', `route to ${route.destination}`)
}

/** Adds a route; refused with EEXIST where somebody has one of that metric to that destination. */
export function addRoute(route: Route): NetlinkRequest {
  return write(route, NLM_F_EXCL).finish('RTM_NEWROUTE', `route to ${route.destination}`)
}

/** Removes our route to a destination; a stranger's stays, since the protocol must match. */
export function deleteRoute(destination: string): NetlinkRequest {
  return deleteRouteOf(ROUTE_PROTOCOL, destination)
}

/** The same of a route of that protocol: whose it is comes first, so that no list's index is taken for it. */
export function deleteRouteOf(protocol: number, destination: string): NetlinkRequest {
  const prefix = inetPrefix(destination)
  const message = header(new MessageWriter(RTM_DELROUTE, 0), prefix, 0, 255, 0, protocol)
  return message.finish('RTM_DELROUTE', `route to ${destination}`)
}

/** Asks for all routes of the namespace, of every table; of one family where `family` is one (AF_INET, AF_INET6). */
export function dumpRoutes(family = AF_UNSPEC): NetlinkRequest {
  const message = new MessageWriter(RTM_GETROUTE, NLM_F_DUMP)
  message.u8(family).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0)
  return message.finish('RTM_GETROUTE', 'all routes')
}

/** Asks for the main table's routes of a protocol and a family: the kernel leaves out all others, of which there may be many. */
export function dumpRoutesOf(protocol: number, family: typeof AF_INET | typeof AF_INET6): NetlinkRequest {
  const message = new MessageWriter(RTM_GETROUTE, NLM_F_DUMP)
  message.u8(family).u8(0).u8(0).u8(0).u8(RT_TABLE_MAIN).u8(protocol).u8(0).u8(0).u32(0)
  return message.finish('RTM_GETROUTE', `routes of protocol ${protocol}`)
}

/** Asks which route a packet of this machine to an address takes, as `ip route get` does. */
export function lookUpRoute(address: string): NetlinkRequest {
  const { family, bytes } = inetAddress(address)
  const message = new MessageWriter(RTM_GETROUTE, 0)
  message
    .u8(family)
    .u8(bytes.length * 8)
    .u8(0)
    .u8(0)
    .u8(0)
    .u8(0)
    .u8(0)
    .u8(0)
    .u32(RTM_F_LOOKUP_TABLE)
  return message.attribute(RTA_DST, bytes).finish('RTM_GETROUTE', `route to ${address}`)
}

/** Reads an RTM_NEWROUTE message. */
export function readRoute({ payload }: ReceivedMessage): ListedRoute {
  const attributes = readAttributes(payload, RTMSG_LENGTH)
  const [family = AF_INET, length = 0, , , table = 0, protocol = 0, , type = 0] = payload
  const destination = attributes.get(RTA_DST) ?? new Uint8Array(family === AF_INET ? 4 : 16)
  const source = attributes.get(RTA_PREFSRC)
  const multipath = attributes.get(RTA_MULTIPATH)
  const link = readU32(attributes.get(RTA_OIF))
  const nextHops =
    multipath === undefined ? [nextHop(link, attributes.get(RTA_GATEWAY))] : [...readMultipath(multipath)]
  return {
    destination: `${inetText(destination)}/${length}`,
    nextHops: type === RTN_UNICAST || link !== undefined ? nextHops : [],
    source: source === undefined ? undefined : inetText(source),
    protocol,
    table: readU32(attributes.get(RTA_TABLE)) ?? table,
    type,
  }
}

function nextHop(link: number | undefined, gateway: Uint8Array | undefined): NextHop {
  return { link, gateway: gateway === undefined ? undefined : inetText(gateway) }
}

/** A list of struct rtnexthop, each with attributes of its own. */
function* readMultipath(bytes: Uint8Array): Generator<NextHop> {
  const view = viewOf(bytes)
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN)
    if (length < 8) return
    const attributes = readAttributes(bytes.subarray(at, at + length), 8)
    yield nextHop(view.getInt32(at + 4, LITTLE_ENDIAN), attributes.get(RTA_GATEWAY))
    at += (length + 3) & ~3
  }
}

function write({ destination, nextHops, source, table, protocol }: Route, how: number): MessageWriter {
  const prefix = inetPrefix(destination)
  const [first] = nextHops
  const routeType = first === undefined ? RTN_UNREACHABLE : RTN_UNICAST
  const scope =
    first !== undefined && first.gateway === undefined && prefix.family === AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE
  const onlink = nextHops.length === 1 && first?.onlink === true ? RTNH_F_ONLINK : 0
  const message = header(
    new MessageWriter(RTM_NEWROUTE, NLM_F_CREATE | how),
    prefix,
    routeType,
    scope,
    onlink,
    protocol,
  )
  if (table !== undefined) message.u32Attribute(RTA_TABLE, table)
  if (source !== undefined) message.attribute(RTA_PREFSRC, inetAddress(source).bytes)
  if (nextHops.length > 1) {
    message.nested(RTA_MULTIPATH, () => {
      for (const hop of nextHops) {
        message.counted(() => {
          message
            .u8(hop.onlink === true ? RTNH_F_ONLINK : 0)
            .u8(0)
            .u32(hop.link ?? 0)
          gateway(message, hop)
        })
      }
    })
  } else if (first !== undefined) {
    if (first.link !== undefined) message.u32Attribute(RTA_OIF, first.link)
    gateway(message, first)
  }
  return message
}

function gateway(message: MessageWriter, hop: NextHop): void {
  if (hop.gateway !== undefined) message.attribute(RTA_GATEWAY, inetAddress(hop.gateway).bytes)
}

/** struct rtmsg, then the destination. */
function header(
  message: MessageWriter,
  prefix: InetPrefix,
  type: number,
  scope: number,
  flags = 0,
  protocol = ROUTE_PROTOCOL,
): MessageWriter {
  message.u8(prefix.family).u8(prefix.length).u8(0).u8(0)
  message.u8(RT_TABLE_MAIN).u8(protocol).u8(scope).u8(type).u32(flags)
  if (prefix.length > 0) message.attribute(RTA_DST, prefix.bytes)
  message.u32Attribute(RTA_PRIORITY, prefix.family === AF_INET ? 0 : 1024)
  return message
}
