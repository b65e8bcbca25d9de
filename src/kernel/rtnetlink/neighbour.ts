import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_UNSPEC, inetAddress, inetText } from '../inet.ts'
import {
  MessageWriter,
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  viewOf,
} from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE } from '../netlink/netlink-numbers.ts'
import { macBytes } from './link.ts'

// linux/rtnetlink.h, linux/neighbour.h
export const RTM_NEWNEIGH = 28
export const RTM_DELNEIGH = 29
export const RTM_GETNEIGH = 30
export const NDA_DST = 1
export const NDA_LLADDR = 2
export const NUD_PERMANENT = 0x80
export const NDMSG_LENGTH = 12

/**
 * Says for good which MAC an address has on a link: nobody asks by ARP or neighbour discovery, so nobody waits for an
 * answer.
 */
export function newNeighbour(link: number, address: string, mac: string): NetlinkRequest {
  const { family, bytes } = inetAddress(address)
  return new MessageWriter(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE)
    .u8(family)
    .u8(0)
    .u16(0)
    .u32(link)
    .u16(NUD_PERMANENT)
    .u8(0)
    .u8(0)
    .attribute(NDA_DST, bytes)
    .attribute(NDA_LLADDR, macBytes(mac))
    .finish('RTM_NEWNEIGH', `neighbour ${address}`)
}

/** Nobody has that address on that link any more; refused with ENOENT where nobody had. */
export function deleteNeighbour(link: number, address: string): NetlinkRequest {
  const { family, bytes } = inetAddress(address)
  const message = new MessageWriter(RTM_DELNEIGH, 0)
  message.u8(family).u8(0).u16(0).u32(link).u16(0).u8(0).u8(0).attribute(NDA_DST, bytes)
  return message.finish('RTM_DELNEIGH', `neighbour ${address}`)
}

export interface Neighbour {
  readonly link: number
  readonly address: string
  readonly mac: string
  /** Said for good, as ours are; else learnt. */
  readonly permanent: boolean
}

/** Asks for all neighbours of the namespace, of both families. */
export function dumpNeighbours(): NetlinkRequest {
  const message = new MessageWriter(RTM_GETNEIGH, NLM_F_DUMP)
  message.u8(AF_UNSPEC).u8(0).u16(0).u32(0).u16(0).u8(0).u8(0)
  return message.finish('RTM_GETNEIGH', 'all neighbours')
}

/** Reads an RTM_NEWNEIGH message; undefined for one without addresses, as a bridge's may be. */
export function readNeighbour({ payload }: ReceivedMessage): Neighbour | undefined {
  const view = viewOf(payload)
  const attributes = readAttributes(payload, NDMSG_LENGTH)
  const [address, mac] = [attributes.get(NDA_DST), attributes.get(NDA_LLADDR)]
  if (address === undefined || mac === undefined || (address.length !== 4 && address.length !== 16)) return undefined
  return {
    link: view.getUint32(4, LITTLE_ENDIAN),
    address: inetText(address),
    mac: [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
    permanent: (view.getUint16(8, LITTLE_ENDIAN) & NUD_PERMANENT) !== 0,
  }
}
