import { formatBytes, tryAddressBytes } from '#net/ip-address.ts'
import { formatMac, parseMac } from './mac.ts'

/** Neighbour discovery in an Ethernet frame: RFC 4861, 4.3 and 4.4. */
export interface NeighbourMessage {
  readonly type: 'solicitation' | 'advertisement'
  readonly sourceMac: string
  /** `::` where the asker looks for a duplicate (RFC 4862). */
  readonly source: string
  readonly destination: string
  readonly target: string
  /** Source link-layer address of a solicitation, target's of an advertisement. */
  readonly linkAddress: string | undefined
  /** Of an advertisement. */
  readonly flags: { readonly router: boolean; readonly solicited: boolean; readonly override: boolean }
}

const ETHERTYPE_IPV6 = 0x86dd
const ICMPV6 = 58
const SOLICITATION = 135
const ADVERTISEMENT = 136
const ETHERNET = 14
const ICMP = ETHERNET + 40
const OPTIONS = ICMP + 24
/** RFC 4861: a router has not forwarded it. */
const HOP_LIMIT = 255
const ALL_NODES = 'ff02::1'
const NO_FLAGS = { router: false, solicited: false, override: false }

/** RFC 4291, 2.7.1: the group that whoever has `address` listens to. */
export const solicitedNode = (address: string): string => {
  const bytes = tryAddressBytes(address)!
  const group = tryAddressBytes('ff02::1:ff00:0')!
  group.set(bytes.subarray(13), 13)
  return formatBytes(group)
}

/** RFC 2464, 7. */
const groupMac = (group: string): string => `33:33:${formatMac(tryAddressBytes(group)!.subarray(12))}`

/** Of the ICMPv6 message that ends the frame, its own field taken as zero: RFC 4443, 2.3. */
const checksum = (frame: Uint8Array, end: number): number => {
  let sum = ICMPV6 + (end - ICMP)
  const add = (from: number, to: number) => {
    for (let at = from; at < to; at += 2) sum += (frame[at]! << 8) | (at + 1 < to ? frame[at + 1]! : 0)
  }
  add(ETHERNET + 8, ETHERNET + 40)
  add(ICMP, ICMP + 2)
  add(ICMP + 4, end)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

const encodeNeighbour = (to: string, message: NeighbourMessage): Uint8Array => {
  const isAsking = message.type === 'solicitation'
  const frame = new Uint8Array(OPTIONS + (message.linkAddress === undefined ? 0 : 8))
  const view = new DataView(frame.buffer)
  frame.set(parseMac(to), 0)
  frame.set(parseMac(message.sourceMac), 6)
  view.setUint16(12, ETHERTYPE_IPV6)
  frame[ETHERNET] = 0x60
  view.setUint16(ETHERNET + 4, frame.length - ICMP)
  frame[ETHERNET + 6] = ICMPV6
  frame[ETHERNET + 7] = HOP_LIMIT
  frame.set(tryAddressBytes(message.source)!, ETHERNET + 8)
  frame.set(tryAddressBytes(message.destination)!, ETHERNET + 24)
  frame[ICMP] = isAsking ? SOLICITATION : ADVERTISEMENT
  const { router, solicited, override } = message.flags
  frame[ICMP + 4] = (router ? 0x80 : 0) | (solicited ? 0x40 : 0) | (override ? 0x20 : 0)
  frame.set(tryAddressBytes(message.target)!, ICMP + 8)
  if (message.linkAddress !== undefined) {
    frame[OPTIONS] = isAsking ? 1 : 2
    frame[OPTIONS + 1] = 1
    frame.set(parseMac(message.linkAddress), OPTIONS + 2)
  }
  view.setUint16(ICMP + 2, checksum(frame, frame.length))
  return frame
}

/** Undefined where the frame is neither, or is not as RFC 4861 (7.1) asks it to be before it is believed. */
export const decodeNeighbour = (frame: Uint8Array): NeighbourMessage | undefined => {
  if (frame.length < OPTIONS) return undefined
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  if (view.getUint16(12) !== ETHERTYPE_IPV6 || frame[ETHERNET]! >> 4 !== 6) return undefined
  const end = ICMP + view.getUint16(ETHERNET + 4)
  if (frame[ETHERNET + 6] !== ICMPV6 || frame[ETHERNET + 7] !== HOP_LIMIT || end > frame.length || end < OPTIONS)
    return undefined
  const type = frame[ICMP]
  if ((type !== SOLICITATION && type !== ADVERTISEMENT) || frame[ICMP + 1] !== 0) return undefined
  if (view.getUint16(ICMP + 2) !== checksum(frame, end)) return undefined
  const target = frame.subarray(ICMP + 8, ICMP + 24)
  const options = linkOption(frame.subarray(OPTIONS, end), type === SOLICITATION ? 1 : 2)
  if (target[0] === 0xff || options === undefined) return undefined
  const flags = frame[ICMP + 4]!
  return {
    type: type === SOLICITATION ? 'solicitation' : 'advertisement',
    sourceMac: formatMac(frame.subarray(6, 12)),
    source: formatBytes(frame.subarray(ETHERNET + 8, ETHERNET + 24)),
    destination: formatBytes(frame.subarray(ETHERNET + 24, ETHERNET + 40)),
    target: formatBytes(target),
    linkAddress: options.mac,
    flags:
      type === SOLICITATION
        ? NO_FLAGS
        : { router: (flags & 0x80) !== 0, solicited: (flags & 0x40) !== 0, override: (flags & 0x20) !== 0 },
  }
}

/** Undefined where an option has no length or goes past the end. */
const linkOption = (options: Uint8Array, wanted: number): { readonly mac: string | undefined } | undefined => {
  let mac: string | undefined
  for (let at = 0; at < options.length; ) {
    const length = (options[at + 1] ?? 0) * 8
    if (length === 0 || at + length > options.length) return undefined
    if (options[at] === wanted && length === 8) mac = formatMac(options.subarray(at + 2, at + 8))
    at += length
  }
  return { mac }
}

interface Answering {
  readonly mac: string
  /** Of the link, from which is answered. */
  readonly linkLocal: string
  /** Whether this kernel forwards IPv6 that comes in there: a router says so (RFC 4861, 4.4). */
  readonly isRouter: boolean
}

/** The answer to who asks for an address of ours; who looks for a duplicate is answered before all (7.2.4). */
export const neighbourReply = (asked: NeighbourMessage, { mac, isRouter }: Answering): Uint8Array => {
  const isUnknown = asked.source === '::'
  return encodeNeighbour(isUnknown ? groupMac(ALL_NODES) : (asked.linkAddress ?? asked.sourceMac), {
    type: 'advertisement',
    sourceMac: mac,
    source: asked.target,
    destination: isUnknown ? ALL_NODES : asked.source,
    target: asked.target,
    linkAddress: mac,
    flags: { router: isRouter, solicited: !isUnknown, override: true },
  })
}

/** Tells all nodes of the link where an address is now (7.2.6). */
export const neighbourAnnouncement = (address: string, { mac, isRouter }: Answering): Uint8Array =>
  encodeNeighbour(groupMac(ALL_NODES), {
    type: 'advertisement',
    sourceMac: mac,
    source: address,
    destination: ALL_NODES,
    target: address,
    linkAddress: mac,
    flags: { router: isRouter, solicited: false, override: true },
  })

/** Asks who has an address: everybody, or the one at `to`. The answer comes to our link-local address. */
export const neighbourProbe = (address: string, { mac, linkLocal }: Answering, to?: string): Uint8Array => {
  const group = solicitedNode(address)
  return encodeNeighbour(to ?? groupMac(group), {
    type: 'solicitation',
    sourceMac: mac,
    source: linkLocal,
    destination: to === undefined ? group : address,
    target: address,
    linkAddress: mac,
    flags: NO_FLAGS,
  })
}
