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
const CTA_IP_V6_SRC = 3
const CTA_PROTO_NUM = 1
const CTA_PROTO_SRC_PORT = 2
const CTA_PROTO_DST_PORT = 3
// net/netfilter/nf_conntrack_netlink.c: bits of the filter's flags
const F_IP_SRC = 1 << 0
const F_IP_DST = 1 << 1
const F_PROTO_NUM = 1 << 3
const F_PROTO_SRC_PORT = 1 << 4
const F_PROTO_DST_PORT = 1 << 5
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

/** Connection tracking of one network namespace. */
export interface Conntrack {
  /** Deletes the UDP flows that match any of `filters`. Throws KernelError CONNTRACK_FAILED. */
  deleteUdp(filters: readonly FlowFilter[]): void
  /** `dump` after a kernel has refused filters: it reads all UDP entries and deletes the matching ones. */
  method(): 'filter' | 'dump'
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

  method(): 'filter' | 'dump' {
    return this.#method
  }

  deleteUdp(filters: readonly FlowFilter[]): void {
    if (filters.length === 0) return
    if (this.#method === 'filter') {
      const [refusal] = this.#socket.send(filters.map(deleteFiltered)).filter(({ errno }) => errno !== ENOENT)
      if (refusal === undefined) return
      if (refusal.errno !== EINVAL && refusal.errno !== EOPNOTSUPP)
        throw new KernelError('CONNTRACK_FAILED', {
          ...refusal.request,
          errno: refusal.errno,
          message: refusal.message,
        })
      this.#method = 'dump'
    }
    this.#deleteDumped(filters)
  }

  close(): void {
    this.#socket.close()
  }

  #deleteDumped(filters: readonly FlowFilter[]): void {
    for (const family of [AF_INET, AF_INET6]) {
      const wanted = filters.filter((filter) => (filter.family === 'IPv6') === (family === AF_INET6)).map(matcher)
      if (wanted.length === 0) continue
      const stale: NetlinkRequest[] = []
      for (const { payload } of this.#socket.query(
        header(IPCTNL_MSG_CT_GET, NLM_F_DUMP, family).finish('CT_GET', 'all flows'),
      )) {
        const attributes = readAttributes(payload, 4)
        const original = attributes.get(CTA_TUPLE_ORIG)
        const reply = attributes.get(CTA_TUPLE_REPLY)
        if (original === undefined || reply === undefined) continue
        const [sent, answered] = [readTuple(original), readTuple(reply)]
        if (sent.protocol !== UDP || !wanted.some((matches) => matches(sent, answered))) continue
        stale.push(
          header(IPCTNL_MSG_CT_DELETE, 0, family)
            .attribute(CTA_TUPLE_ORIG | 0x8000, original)
            .finish('CT_DELETE', 'a stale UDP flow'),
        )
      }
      // It may have ended meanwhile.
      this.#socket.apply(stale, [ENOENT])
    }
  }
}

/** struct nfgenmsg: family, version, resource id. */
const header = (type: number, flags: number, family: number): MessageWriter =>
  new MessageWriter((NFNL_SUBSYS_CTNETLINK << 8) | type, flags).u8(family).u8(0).u16(0)

const portBytes = (port: number): Uint8Array => Uint8Array.of(port >> 8, port & 0xff)

function deleteFiltered({ family, original, backend }: FlowFilter): NetlinkRequest {
  const v6 = family === 'IPv6'
  const source = v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC
  const message = header(IPCTNL_MSG_CT_DELETE, 0, v6 ? AF_INET6 : AF_INET)
  const { address } = original
  message.nested(CTA_TUPLE_ORIG, (tuple) => {
    if (address !== undefined) tuple.nested(CTA_TUPLE_IP, (ip) => ip.attribute(source + 1, inetAddress(address).bytes))
    tuple.nested(CTA_TUPLE_PROTO, (proto) =>
      proto.u8Attribute(CTA_PROTO_NUM, UDP).attribute(CTA_PROTO_DST_PORT, portBytes(original.port)),
    )
  })
  message.nested(CTA_TUPLE_REPLY, (tuple) => {
    tuple.nested(CTA_TUPLE_IP, (ip) => ip.attribute(source, inetAddress(backend.address).bytes))
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
    destination: text(ip.get(CTA_IP_V4_SRC + 1) ?? ip.get(CTA_IP_V6_SRC + 1)),
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
