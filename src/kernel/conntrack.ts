import { AF_INET, AF_INET6, inetAddress } from './inet.ts'
import { KernelError } from './kernel-error.ts'
import { MessageWriter, type NetlinkRequest, NLM_F_DUMP, readAttributes } from './netlink-message.ts'
import { NetlinkSocket } from './netlink-socket.ts'

// linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h
const NETLINK_NETFILTER = 12
const NFNL_SUBSYS_CTNETLINK = 1
const IPCTNL_MSG_CT_GET = 1
const IPCTNL_MSG_CT_DELETE = 2
const CTA_TUPLE_ORIG = 1
const CTA_TUPLE_REPLY = 2
const CTA_FILTER = 25
const CTA_FILTER_ORIG_FLAGS = 1
const CTA_FILTER_REPLY_FLAGS = 2
const CTA_TUPLE_IP = 1
const CTA_TUPLE_PROTO = 2
const CTA_IP_V4_SRC = 1
const CTA_IP_V4_DST = 2
const CTA_IP_V6_SRC = 3
const CTA_IP_V6_DST = 4
const CTA_PROTO_NUM = 1
const CTA_PROTO_SRC_PORT = 2
const CTA_PROTO_DST_PORT = 3
// net/netfilter/nf_conntrack_netlink.c: bits of the filter's flags
const F_IP_SRC = 1 << 0
const F_IP_DST = 1 << 1
const F_PROTO_NUM = 1 << 3
const F_PROTO_SRC_PORT = 1 << 4
const F_PROTO_DST_PORT = 1 << 5
const NLA_F_NESTED = 0x8000
const UDP = 17
const EINVAL = 22
const ENOENT = 2
const EOPNOTSUPP = 95

/** UDP flows of clients that sent to `original` (any address where it has none: a node port) and that `backend` answers. */
export interface FlowFilter {
  readonly family: 'IPv4' | 'IPv6'
  readonly original: { readonly address: string | undefined; readonly port: number }
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
  /**
   * How. `dump` reads all entries and deletes the matching ones: for IPv6, where the kernel's filter takes every address but the wanted one (ipv6_addr_cmp() is taken
   * for a truth value in ctnetlink_filter_match_tuple(), seen on 6.18), and for IPv4 after the kernel has refused a filter.
   */
  methods(): FlowMethods
  close(): void
}

/** Opens ctnetlink in the namespace at `path`, or in the present one. Throws KernelError CONNTRACK_FAILED, NAMESPACE_UNKNOWN. */
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

  close(): void {
    this.#socket.close()
  }

  #deleteDumped(family: number, filters: readonly FlowFilter[]): void {
    if (filters.length === 0) return
    const wanted = filters.map(matcher)
    const stale: NetlinkRequest[] = []
    const dump = header(IPCTNL_MSG_CT_GET, NLM_F_DUMP, family).finish('CT_GET', 'all flows')
    for (const { payload } of this.#socket.query(dump)) {
      const attributes = readAttributes(payload, 4)
      const original = attributes.get(CTA_TUPLE_ORIG)
      const reply = attributes.get(CTA_TUPLE_REPLY)
      if (original === undefined || reply === undefined) continue
      const [sent, answered] = [readTuple(original), readTuple(reply)]
      if (sent.protocol !== UDP || !wanted.some((matches) => matches(sent, answered))) continue
      const remove = header(IPCTNL_MSG_CT_DELETE, 0, family).attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, original)
      stale.push(remove.finish('CT_DELETE', 'a stale UDP flow'))
    }
    // It may have ended meanwhile.
    this.#socket.apply(stale, [ENOENT])
  }
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

interface Tuple {
  readonly protocol: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: string
  readonly destinationPort: string
}

const text = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : bytes.join('.'))

function readTuple(bytes: Uint8Array): Tuple {
  const attributes = readAttributes(bytes)
  const ip = readAttributes(attributes.get(CTA_TUPLE_IP) ?? new Uint8Array())
  const proto = readAttributes(attributes.get(CTA_TUPLE_PROTO) ?? new Uint8Array())
  return {
    protocol: proto.get(CTA_PROTO_NUM)?.[0] ?? 0,
    source: text(ip.get(CTA_IP_V4_SRC) ?? ip.get(CTA_IP_V6_SRC)),
    destination: text(ip.get(CTA_IP_V4_DST) ?? ip.get(CTA_IP_V6_DST)),
    sourcePort: text(proto.get(CTA_PROTO_SRC_PORT)),
    destinationPort: text(proto.get(CTA_PROTO_DST_PORT)),
  }
}

function matcher({ original, backend }: FlowFilter): (sent: Tuple, answered: Tuple) => boolean {
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
