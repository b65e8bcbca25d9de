import { formatBytes, tryAddressBytes } from '#net/ip-address.ts'
import { BROADCAST_MAC, formatMac, parseMac } from './mac.ts'

/** ARP for IPv4 on Ethernet: RFC 826. */
export interface ArpPacket {
  readonly operation: 'request' | 'reply'
  readonly senderMac: string
  /** 0.0.0.0 in a probe (RFC 5227): who asks has no address yet, or does not want to be remembered. */
  readonly senderAddress: string
  readonly targetMac: string
  readonly targetAddress: string
}

const ETHERTYPE_ARP = 0x0806
const ETHERTYPE_IPV4 = 0x0800
const HEADER = 14
const LENGTH = HEADER + 28
const NO_MAC = '00:00:00:00:00:00'

/** An Ethernet frame of 42 octets; the driver pads it. */
const encodeArp = (to: string, packet: ArpPacket): Uint8Array => {
  const frame = new Uint8Array(LENGTH)
  const view = new DataView(frame.buffer)
  frame.set(parseMac(to), 0)
  frame.set(parseMac(packet.senderMac), 6)
  view.setUint16(12, ETHERTYPE_ARP)
  view.setUint16(14, 1)
  view.setUint16(16, ETHERTYPE_IPV4)
  frame[18] = 6
  frame[19] = 4
  view.setUint16(20, packet.operation === 'request' ? 1 : 2)
  frame.set(parseMac(packet.senderMac), 22)
  frame.set(tryAddressBytes(packet.senderAddress)!, 28)
  frame.set(parseMac(packet.targetMac), 32)
  frame.set(tryAddressBytes(packet.targetAddress)!, 38)
  return frame
}

/** Undefined where the frame is no request or reply of ARP for IPv4 on Ethernet, or its sender is a group. */
export const decodeArp = (frame: Uint8Array): ArpPacket | undefined => {
  if (frame.length < LENGTH) return undefined
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  const isArp =
    view.getUint16(12) === ETHERTYPE_ARP && view.getUint16(14) === 1 && view.getUint16(16) === ETHERTYPE_IPV4
  const operation = view.getUint16(20)
  if (!isArp || frame[18] !== 6 || frame[19] !== 4 || (operation !== 1 && operation !== 2)) return undefined
  // An answer to a group's address would be a storm.
  if ((frame[22]! & 1) === 1) return undefined
  return {
    operation: operation === 1 ? 'request' : 'reply',
    senderMac: formatMac(frame.subarray(22, 28)),
    senderAddress: formatBytes(frame.subarray(28, 32)),
    targetMac: formatMac(frame.subarray(32, 38)),
    targetAddress: formatBytes(frame.subarray(38, 42)),
  }
}

/** The answer to who asks for an address of ours. */
export const arpReply = (request: ArpPacket, mac: string): Uint8Array =>
  encodeArp(request.senderMac, {
    operation: 'reply',
    senderMac: mac,
    senderAddress: request.targetAddress,
    targetMac: request.senderMac,
    targetAddress: request.senderAddress,
  })

/** Tells everybody where an address is now: both forms of RFC 5227, section 3, since some hear one alone. */
export const arpAnnouncements = (address: string, mac: string): readonly Uint8Array[] => [
  encodeArp(BROADCAST_MAC, {
    operation: 'request',
    senderMac: mac,
    senderAddress: address,
    targetMac: NO_MAC,
    targetAddress: address,
  }),
  encodeArp(BROADCAST_MAC, {
    operation: 'reply',
    senderMac: mac,
    senderAddress: address,
    targetMac: BROADCAST_MAC,
    targetAddress: address,
  }),
]

/** Asks who has an address, and leaves no trace in caches: everybody, or the one at `to`. */
export const arpProbe = (address: string, mac: string, to = BROADCAST_MAC): Uint8Array =>
  encodeArp(to, {
    operation: 'request',
    senderMac: mac,
    senderAddress: '0.0.0.0',
    targetMac: NO_MAC,
    targetAddress: address,
  })
