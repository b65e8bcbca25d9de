import type { Protocol } from '#net/port-protocol.ts'
import { protocolOfNumber } from '#net/port-protocol.ts'
import { AF_INET, AF_INET6, inetText } from './inet.ts'
import { MessageWriter, NLM_F_DUMP, readAttributes, viewOf } from './netlink-message.ts'
import { NetlinkSocket } from './netlink-socket.ts'

// linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h
const NETLINK_NETFILTER = 12
const NFNL_SUBSYS_CTNETLINK = 1
const IPCTNL_MSG_CT_GET = 1
const CTA_TUPLE_ORIG = 1
const CTA_TUPLE_REPLY = 2
const CTA_TUPLE_IP = 1
const CTA_TUPLE_PROTO = 2
const CTA_IP_V4_SRC = 1
const CTA_IP_V4_DST = 2
const CTA_IP_V6_SRC = 3
const CTA_IP_V6_DST = 4
const CTA_PROTO_NUM = 1
const CTA_PROTO_SRC_PORT = 2
const CTA_PROTO_DST_PORT = 3

export interface FlowEnd {
  readonly address: string
  readonly port: number
}

/** A connection as one namespace's conntrack has it: what the client sent, and what became of it by translation. */
export interface TracedFlow {
  readonly protocol: Protocol
  readonly client: FlowEnd
  /** Whom the client asked. */
  readonly asked: FlowEnd
  /** Who answers: the backend, where it was translated. */
  readonly backend: FlowEnd
  /** Whom the backend sees: the client, or the node where it is masqueraded. */
  readonly seen: FlowEnd
}

/** Every tracked connection of one family in the network namespace at `path`, by one dump. Throws KernelError CONNTRACK_FAILED, NAMESPACE_UNKNOWN. */
export function traceFlows(path: string, family: 'IPv4' | 'IPv6'): readonly TracedFlow[] {
  using socket = NetlinkSocket.open(NETLINK_NETFILTER, 'CONNTRACK_FAILED', path)
  // struct nfgenmsg: family, version, resource id.
  const request = new MessageWriter((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET, NLM_F_DUMP)
    .u8(family === 'IPv4' ? AF_INET : AF_INET6)
    .u8(0)
    .u16(0)
    .finish('CT_GET', 'all flows')
  return socket.query(request).flatMap(({ payload }) => {
    const attributes = readAttributes(payload, 4)
    const sent = readTuple(attributes.get(CTA_TUPLE_ORIG))
    const answered = readTuple(attributes.get(CTA_TUPLE_REPLY))
    if (sent === undefined || answered === undefined) return []
    const { protocol, source: client, destination: asked } = sent
    return [{ protocol, client, asked, backend: answered.source, seen: answered.destination }]
  })
}

function readTuple(bytes: Uint8Array | undefined) {
  const attributes = readAttributes(bytes ?? new Uint8Array())
  const ip = readAttributes(attributes.get(CTA_TUPLE_IP) ?? new Uint8Array())
  const proto = readAttributes(attributes.get(CTA_TUPLE_PROTO) ?? new Uint8Array())
  const protocol = protocolOfNumber(proto.get(CTA_PROTO_NUM)?.[0] ?? 0)
  const source = ip.get(CTA_IP_V4_SRC) ?? ip.get(CTA_IP_V6_SRC)
  const destination = ip.get(CTA_IP_V4_DST) ?? ip.get(CTA_IP_V6_DST)
  const sourcePort = proto.get(CTA_PROTO_SRC_PORT)
  const destinationPort = proto.get(CTA_PROTO_DST_PORT)
  // ICMP and the like have no ports.
  if (!protocol || !source || !destination || !sourcePort || !destinationPort) return undefined
  return { protocol, source: endOf(source, sourcePort), destination: endOf(destination, destinationPort) }
}

const endOf = (address: Uint8Array, port: Uint8Array): FlowEnd => ({
  address: inetText(address),
  port: viewOf(port).getUint16(0),
})
