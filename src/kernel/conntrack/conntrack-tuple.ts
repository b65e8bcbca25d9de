import { readAttributes } from '../netlink/netlink-message.ts'

// linux/netfilter/nfnetlink_conntrack.h
export const CTA_TUPLE_ORIG = 1
export const CTA_TUPLE_REPLY = 2
export const CTA_TUPLE_IP = 1
export const CTA_TUPLE_PROTO = 2
export const CTA_IP_V4_SRC = 1
export const CTA_IP_V4_DST = 2
const CTA_IP_V6_SRC = 3
const CTA_IP_V6_DST = 4
export const CTA_PROTO_NUM = 1
export const CTA_PROTO_SRC_PORT = 2
export const CTA_PROTO_DST_PORT = 3

/**
 * One direction of a flow, in the kernel's bytes: addresses of 4 or 16, ports of 2, all in network order. ICMP has no
 * ports.
 */
export interface ConntrackTuple {
  /** IPPROTO_*; 0 where it is not told. */
  readonly protocol: number
  readonly source: Uint8Array | undefined
  readonly destination: Uint8Array | undefined
  readonly sourcePort: Uint8Array | undefined
  readonly destinationPort: Uint8Array | undefined
}

const NONE = new Uint8Array()

/** Reads the value of CTA_TUPLE_ORIG or CTA_TUPLE_REPLY. The bytes are views of it. */
export function readTuple(bytes: Uint8Array): ConntrackTuple {
  const attributes = readAttributes(bytes)
  const ip = readAttributes(attributes.get(CTA_TUPLE_IP) ?? NONE)
  const proto = readAttributes(attributes.get(CTA_TUPLE_PROTO) ?? NONE)
  return {
    protocol: proto.get(CTA_PROTO_NUM)?.[0] ?? 0,
    source: ip.get(CTA_IP_V4_SRC) ?? ip.get(CTA_IP_V6_SRC),
    destination: ip.get(CTA_IP_V4_DST) ?? ip.get(CTA_IP_V6_DST),
    sourcePort: proto.get(CTA_PROTO_SRC_PORT),
    destinationPort: proto.get(CTA_PROTO_DST_PORT),
  }
}
