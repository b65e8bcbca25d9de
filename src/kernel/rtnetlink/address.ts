import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_UNSPEC, inetPrefix, inetText } from '../inet.ts'
import {
  MessageWriter,
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  viewOf,
} from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../netlink/netlink-numbers.ts'

// linux/rtnetlink.h, linux/if_addr.h
export const RTM_NEWADDR = 20
const RTM_GETADDR = 22
const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_FLAGS = 8
const IFA_F_NODAD = 0x02
const IFA_F_NOPREFIXROUTE = 0x200
const IFADDRMSG_LENGTH = 8

export interface InterfaceAddress {
  readonly link: number
  /** With prefix length: `10.244.1.5/32`. */
  readonly address: string
}

/**
 * Adds an address. IPv6 ones are usable at once (IFA_F_NODAD): the plan makes them unique, so there is nothing to
 * detect. The kernel makes a route to its network with it, unless `isRouteless`.
 */
export function newAddress(link: number, address: string, isRouteless = false): NetlinkRequest {
  const { family, bytes, length } = inetPrefix(address)
  const flags = (bytes.length === 16 ? IFA_F_NODAD : 0) | (isRouteless ? IFA_F_NOPREFIXROUTE : 0)
  return new MessageWriter(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL)
    .u8(family)
    .u8(length)
    .u8(flags & 0xff)
    .u8(0)
    .u32(link)
    .attribute(IFA_LOCAL, bytes)
    .attribute(IFA_ADDRESS, bytes)
    .u32Attribute(IFA_FLAGS, flags)
    .finish('RTM_NEWADDR', `address ${address}`)
}

/** Asks for all addresses of the namespace, of both families. */
export function dumpAddresses(): NetlinkRequest {
  return new MessageWriter(RTM_GETADDR, NLM_F_DUMP)
    .u8(AF_UNSPEC)
    .u8(0)
    .u8(0)
    .u8(0)
    .u32(0)
    .finish('RTM_GETADDR', 'all addresses')
}

/** Reads an RTM_NEWADDR message. */
export function readAddress({ payload }: ReceivedMessage): InterfaceAddress {
  const attributes = readAttributes(payload, IFADDRMSG_LENGTH)
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS) ?? new Uint8Array(4)
  return { link: viewOf(payload).getUint32(4, LITTLE_ENDIAN), address: `${inetText(bytes)}/${payload[1]}` }
}
