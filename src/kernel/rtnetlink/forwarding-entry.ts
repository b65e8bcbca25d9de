import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { inetAddress, inetText } from '../inet.ts'
import {
  MessageWriter,
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  viewOf,
} from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE } from '../netlink/netlink-numbers.ts'
import { macBytes } from './link.ts'
import {
  NDA_DST,
  NDA_LLADDR,
  NDMSG_LENGTH,
  NUD_PERMANENT,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from './neighbour.ts'

// linux/socket.h, linux/neighbour.h
const AF_BRIDGE = 7
/** The link's own table, not that of a bridge that it is a port of. */
const NTF_SELF = 2

/** A VXLAN link sends frames for this MAC to the node with this address. */
export interface ForwardingEntry {
  readonly link: number
  readonly mac: string
  readonly remote: string
}

/** Adds an entry, or has the one of that MAC lead elsewhere, as `bridge fdb replace`. */
export function newForwardingEntry({ link, mac, remote }: ForwardingEntry): NetlinkRequest {
  return entry(new MessageWriter(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE), { link, mac })
    .attribute(NDA_DST, inetAddress(remote).bytes)
    .finish('RTM_NEWNEIGH', `forwarding of ${mac} to ${remote}`)
}

/** Removes the entry of a MAC; refused with ENOENT where there is none. */
export function deleteForwardingEntry({ link, mac, remote }: ForwardingEntry): NetlinkRequest {
  return entry(new MessageWriter(RTM_DELNEIGH, 0), { link, mac })
    .attribute(NDA_DST, inetAddress(remote).bytes)
    .finish('RTM_DELNEIGH', `forwarding of ${mac}`)
}

/** Asks for all entries of a link. */
export function dumpForwardingEntries(link: number): NetlinkRequest {
  const message = new MessageWriter(RTM_GETNEIGH, NLM_F_DUMP)
  message.u8(AF_BRIDGE).u8(0).u16(0).u32(link).u16(0).u8(0).u8(0)
  return message.finish('RTM_GETNEIGH', 'all forwarding entries')
}

/** Reads an RTM_NEWNEIGH message; undefined for one that leads to no address. */
export function readForwardingEntry({ payload }: ReceivedMessage): ForwardingEntry | undefined {
  if (payload[0] !== AF_BRIDGE) return undefined
  const attributes = readAttributes(payload, NDMSG_LENGTH)
  const [mac, remote] = [attributes.get(NDA_LLADDR), attributes.get(NDA_DST)]
  if (mac === undefined || remote === undefined) return undefined
  return {
    link: viewOf(payload).getUint32(4, LITTLE_ENDIAN),
    mac: [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
    remote: inetText(remote),
  }
}

/** struct ndmsg, then the MAC. */
function entry(message: MessageWriter, { link, mac }: Pick<ForwardingEntry, 'link' | 'mac'>): MessageWriter {
  message.u8(AF_BRIDGE).u8(0).u16(0).u32(link).u16(NUD_PERMANENT).u8(NTF_SELF).u8(0)
  return message.attribute(NDA_LLADDR, macBytes(mac))
}
