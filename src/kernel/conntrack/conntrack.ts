import { constants } from 'node:os'
import { formatBytes } from '#net/ip-address.ts'
import { AF_INET, AF_INET6, inetAddress } from '../inet.ts'
import { KernelError } from '../kernel-error.ts'
import { NETLINK_NETFILTER, NFGENMSG_LENGTH, NFNL_SUBSYS_CTNETLINK } from '../netlink/netfilter-numbers.ts'
import { MessageWriter, type NetlinkRequest, readAttributes } from '../netlink/netlink-message.ts'
import { NLA_F_NESTED, NLM_F_DUMP } from '../netlink/netlink-numbers.ts'
import { NetlinkSocket } from '../netlink/netlink-socket.ts'
import {
  type ConntrackTuple,
  CTA_IP_V4_DST,
  CTA_IP_V4_SRC,
  CTA_PROTO_DST_PORT,
  CTA_PROTO_NUM,
  CTA_PROTO_SRC_PORT,
  CTA_TUPLE_IP,
  CTA_TUPLE_ORIG,
  CTA_TUPLE_PROTO,
  CTA_TUPLE_REPLY,
  readTuple,
} from './conntrack-tuple.ts'

// linux/netfilter/nfnetlink_conntrack.h
const IPCTNL_MSG_CT_GET = 1
const IPCTNL_MSG_CT_DELETE = 2
const CTA_FILTER = 25
const CTA_FILTER_ORIG_FLAGS = 1
const CTA_FILTER_REPLY_FLAGS = 2
// net/netfilter/nf_conntrack_netlink.c: bits of the filter's flags
const F_IP_SRC = 1 << 0
const F_IP_DST = 1 << 1
const F_PROTO_NUM = 1 << 3
const F_PROTO_SRC_PORT = 1 << 4
const F_PROTO_DST_PORT = 1 << 5
const UDP = 17
const { EINVAL, ENOENT, EOPNOTSUPP } = constants.errno

/**
 * UDP flows of clients that sent to `original` (any address where it has none: a node port) and that `backend` answers.
 */
export interface FlowFilter {
  readonly family: 'IPv4' | 'IPv6'
  readonly original: { readonly address: string | undefined; readonly port: number }
  readonly backend: { readonly address: string; readonly port: number }
}

/** A flow from who began it to who answers: its ports are 0 where it has none. */
export interface Flow {
  /** IPPROTO_* */
  readonly protocol: number
  readonly source: string
  /** Where it went first, and whom it was led to. */
  readonly original: { readonly address: string; readonly port: number }
  readonly backend: { readonly address: string; readonly port: number }
}

export interface FlowMethods {
  readonly IPv4: 'filter' | 'dump'
  readonly IPv6: 'dump'
}

/** Connection tracking of one network namespace. */
export interface Conntrack {
  /** Deletes the UDP flows that match any of `filters`. Throws KernelError CONNTRACK_FAILED. */
  deleteUdp(filters: readonly FlowFilter[]): void
  /** Deletes the flows of which `isStale` says so, and gives how many. It reads all of them. Throws as deleteUdp(). */
  deleteWhere(isStale: (flow: Flow) => boolean): number
  /**
   * How. `dump` reads all entries and deletes the matching ones: for IPv6, where the kernel's filter takes every
   * address but the wanted one (ipv6_addr_cmp() is taken for a truth value in ctnetlink_filter_match_tuple(), seen on
   * 6.18), and for IPv4 after the kernel has refused a filter.
   */
  methods(): FlowMethods
  close(): void
}

/**
 * Opens ctnetlink in the namespace at `path`, or in the present one. Throws KernelError CONNTRACK_FAILED,
 * NAMESPACE_UNKNOWN.
 */
export function openConntrack(path?: string): Conntrack {
  return new Ctnetlink(NetlinkSocket.open(NETLINK_NETFILTER, 'CONNTRACK_FAILED', path))
}

class Ctnetlink implements Conntrack {
  readonly #socket: NetlinkSocket
  #method: 'filter' | 'dump' = 'filter'

  constructor(socket: NetlinkSocket) {
    this.#socket = socket
  }

  methods(): FlowMethods {
    return { IPv4: this.#method, IPv6: 'dump' }
  }

  deleteUdp(filters: readonly FlowFilter[]): void {
    const v4 = filters.filter(({ family }) => family === 'IPv4')
    const v6 = filters.filter(({ family }) => family === 'IPv6')
    if (!this.#deleteFiltered(v4)) this.#deleteDumped(AF_INET, v4)
    this.#deleteDumped(AF_INET6, v6)
  }

  /** False where the kernel has no filters. */
  #deleteFiltered(filters: readonly FlowFilter[]): boolean {
    if (this.#method === 'dump') return false
    const [refusal] = this.#socket.send(filters.map(deleteFiltered)).filter(({ errno }) => errno !== ENOENT)
    if (refusal === undefined) return true
    const { errno, message, request } = refusal
    if (errno !== EINVAL && errno !== EOPNOTSUPP)
      throw new KernelError('CONNTRACK_FAILED', { ...request, errno, message })
    this.#method = 'dump'
    return false
  }

  deleteWhere(isStale: (flow: Flow) => boolean): number {
    const is = (sent: ConntrackTuple, answered: ConntrackTuple): boolean => {
      const flow = flowOf(sent, answered)
      return flow !== undefined && isStale(flow)
    }
    return this.#deleteAll(AF_INET, is) + this.#deleteAll(AF_INET6, is)
  }

  close(): void {
    this.#socket.close()
  }

  #deleteDumped(family: number, filters: readonly FlowFilter[]): void {
    if (filters.length === 0) return
    const wanted = filters.map(matcher)
    this.#deleteAll(family, (sent, answered) => {
      if (sent.protocol !== UDP) return false
      const texts = [tupleText(sent), tupleText(answered)] as const
      return wanted.some((matches) => matches(...texts))
    })
  }

  #deleteAll(family: number, isStale: (sent: ConntrackTuple, answered: ConntrackTuple) => boolean): number {
    const stale: NetlinkRequest[] = []
    for (const [original, reply] of flowsIn(this.#socket, family)) {
      if (!isStale(readTuple(original), readTuple(reply))) continue
      const remove = header(IPCTNL_MSG_CT_DELETE, 0, family).attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, original)
      stale.push(remove.finish('CT_DELETE', 'a stale flow'))
    }
    // It may have ended meanwhile.
    this.#socket.apply(stale, [ENOENT])
    return stale.length
  }
}

/** Every flow of a family, by its two directions in the kernel's bytes. */
function* flowsIn(
  socket: NetlinkSocket,
  family: number,
): Generator<readonly [original: Uint8Array, reply: Uint8Array]> {
  const dump = header(IPCTNL_MSG_CT_GET, NLM_F_DUMP, family).finish('CT_GET', 'all flows')
  for (const { payload } of socket.query(dump)) {
    const attributes = readAttributes(payload, NFGENMSG_LENGTH)
    const original = attributes.get(CTA_TUPLE_ORIG)
    const reply = attributes.get(CTA_TUPLE_REPLY)
    if (original !== undefined && reply !== undefined) yield [original, reply]
  }
}

/**
 * The first flows of the namespace at `path`, or of the present one, of which `isWanted` says so, at most `most`. It reads all
 * of them. Throws KernelError CONNTRACK_FAILED, NAMESPACE_UNKNOWN.
 */
export function findFlows(path: string | undefined, isWanted: (flow: Flow) => boolean, most: number): readonly Flow[] {
  const socket = NetlinkSocket.open(NETLINK_NETFILTER, 'CONNTRACK_FAILED', path)
  const found: Flow[] = []
  try {
    for (const family of [AF_INET, AF_INET6])
      for (const [original, reply] of flowsIn(socket, family)) {
        const flow = flowOf(readTuple(original), readTuple(reply))
        if (flow === undefined || !isWanted(flow)) continue
        if (found.length >= most) return found
        found.push(flow)
      }
    return found
  } finally {
    socket.close()
  }
}

const portOf = (bytes: Uint8Array | undefined): number =>
  bytes === undefined ? 0 : (bytes[0] as number) * 256 + (bytes[1] as number)

const flowOf = (sent: ConntrackTuple, answered: ConntrackTuple): Flow | undefined =>
  sent.source === undefined || sent.destination === undefined || answered.source === undefined
    ? undefined
    : {
        protocol: sent.protocol,
        source: formatBytes(sent.source),
        original: { address: formatBytes(sent.destination), port: portOf(sent.destinationPort) },
        backend: { address: formatBytes(answered.source), port: portOf(answered.sourcePort) },
      }

/** struct nfgenmsg: family, version, resource id. */
const header = (type: number, flags: number, family: number): MessageWriter =>
  new MessageWriter((NFNL_SUBSYS_CTNETLINK << 8) | type, flags).u8(family).u8(0).u16(0)

const portBytes = (port: number): Uint8Array => Uint8Array.of(port >> 8, port & 0xff)

/** IPv4 only. */
function deleteFiltered({ original, backend }: FlowFilter): NetlinkRequest {
  const message = header(IPCTNL_MSG_CT_DELETE, 0, AF_INET)
  const { address } = original
  message.nested(CTA_TUPLE_ORIG, (tuple) => {
    if (address !== undefined)
      tuple.nested(CTA_TUPLE_IP, (ip) => ip.attribute(CTA_IP_V4_DST, inetAddress(address).bytes))
    tuple.nested(CTA_TUPLE_PROTO, (proto) =>
      proto.u8Attribute(CTA_PROTO_NUM, UDP).attribute(CTA_PROTO_DST_PORT, portBytes(original.port)),
    )
  })
  message.nested(CTA_TUPLE_REPLY, (tuple) => {
    tuple.nested(CTA_TUPLE_IP, (ip) => ip.attribute(CTA_IP_V4_SRC, inetAddress(backend.address).bytes))
    tuple.nested(CTA_TUPLE_PROTO, (proto) =>
      proto.u8Attribute(CTA_PROTO_NUM, UDP).attribute(CTA_PROTO_SRC_PORT, portBytes(backend.port)),
    )
  })
  message.nested(CTA_FILTER, (filter) =>
    filter
      .u32Attribute(CTA_FILTER_ORIG_FLAGS, (address === undefined ? 0 : F_IP_DST) | F_PROTO_NUM | F_PROTO_DST_PORT)
      .u32Attribute(CTA_FILTER_REPLY_FLAGS, F_IP_SRC | F_PROTO_NUM | F_PROTO_SRC_PORT),
  )
  return message.finish(
    'CT_DELETE',
    `UDP flows to ${address ?? 'node port'} ${original.port} at ${backend.address} ${backend.port}`,
  )
}

const text = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : bytes.join('.'))

/** Once for each flow, so that each filter compares texts. */
const tupleText = ({ protocol, source, destination, sourcePort, destinationPort }: ConntrackTuple) => ({
  protocol,
  source: text(source),
  destination: text(destination),
  sourcePort: text(sourcePort),
  destinationPort: text(destinationPort),
})
type TupleText = ReturnType<typeof tupleText>

function matcher({ original, backend }: FlowFilter): (sent: TupleText, answered: TupleText) => boolean {
  const address = original.address === undefined ? undefined : text(inetAddress(original.address).bytes)
  const port = text(portBytes(original.port))
  const from = text(inetAddress(backend.address).bytes)
  const fromPort = text(portBytes(backend.port))
  return (sent, answered) =>
    (address === undefined || sent.destination === address) &&
    sent.destinationPort === port &&
    answered.source === from &&
    answered.sourcePort === fromPort
}
