import { inetAddress } from '../inet.ts'
import { MessageWriter, type NetlinkRequest } from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_REPLACE } from '../netlink/netlink-numbers.ts'
import { macBytes } from './link.ts'

// linux/rtnetlink.h, linux/neighbour.h
const RTM_NEWNEIGH = 28
const NDA_DST = 1
const NDA_LLADDR = 2
const NUD_PERMANENT = 0x80

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
