import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_UNSPEC } from '../inet.ts'
import {
  MessageWriter,
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  readString,
  readU32,
  viewOf,
} from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../netlink/netlink-numbers.ts'

// linux/rtnetlink.h, linux/if_link.h
export const RTM_NEWLINK = 16
const RTM_DELLINK = 17
const RTM_GETLINK = 18
const IFF_UP = 1
const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_MASTER = 10
const IFLA_OPERSTATE = 16
const IFLA_LINKINFO = 18
const IFLA_IFALIAS = 20
const IFLA_NET_NS_FD = 28
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const VETH_INFO_PEER = 1
const IFLA_BR_MCAST_SNOOPING = 23
const IFINFOMSG_LENGTH = 16
const OPERSTATE_UP = 6
const OPERSTATE_UNKNOWN = 0

/** What a link can be told when it is made or later. */
interface LinkSettings {
  readonly up?: boolean
  /** Bytes. */
  readonly mtu?: number
  /** `0a:58:0a:f4:01:05` */
  readonly mac?: string
  /** Index of the bridge that it becomes a port of. */
  readonly master?: number
  /**
   * Free text that `ip link` shows, at most 255 bytes. The kernel takes it of a link that is there, not with a new one.
   */
  readonly alias?: string
}

export interface NewLink extends Omit<LinkSettings, 'alias'> {
  readonly name: string
}

/** A link as the kernel lists it. */
export interface Link {
  readonly index: number
  readonly name: string
  readonly up: boolean
  /** Administratively up and with carrier, as far as the kernel has acted on it. */
  readonly operational: boolean
  readonly mtu: number
  readonly mac: string
  readonly master: number | undefined
  readonly kind: string | undefined
  /** What its kind alone has, as attributes. */
  readonly data: Uint8Array | undefined
  readonly alias: string | undefined
}

/**
 * A veth pair, one end here and the other in the namespace open as descriptor `peerNamespace`. The kernel refuses a
 * peer that is up before there is a pair (ENOTCONN): it is set up after, there. The end that was up first starts to
 * carry a little later, when the kernel acts on the new carrier; until then it drops what it is given, and a first SYN
 * would be lost for a second. Rtnetlink.link() of that end makes the kernel act.
 */
export function newVeth(link: NewLink, peer: Omit<NewLink, 'up'>, peerNamespace?: number): NetlinkRequest {
  return newLink(link, 'veth', (message) =>
    message.nested(VETH_INFO_PEER, () => {
      header(message, 0, peer)
      settings(message, peer)
      if (peerNamespace !== undefined) message.u32Attribute(IFLA_NET_NS_FD, peerNamespace)
    }),
  )
}

/**
 * A bridge without spanning tree (the kernel's default) and without multicast snooping: no querier is there, and a
 * flood of nodes is small.
 */
export function newBridge(link: NewLink): NetlinkRequest {
  return newLink(link, 'bridge', (message) => message.u8Attribute(IFLA_BR_MCAST_SNOOPING, 0))
}

/** A link of a kind, with what only that kind can be told. */
export function newLink(link: NewLink, kind: string, data: (message: MessageWriter) => void): NetlinkRequest {
  const message = new MessageWriter(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
  header(message, 0, link)
  settings(message, link)
  message.nested(IFLA_LINKINFO, () => message.stringAttribute(IFLA_INFO_KIND, kind).nested(IFLA_INFO_DATA, data))
  return message.finish('RTM_NEWLINK', `link ${link.name}`)
}

/** Changes the link with that index; what is not given stays. */
export function changeLink(index: number, change: LinkSettings): NetlinkRequest {
  const message = new MessageWriter(RTM_NEWLINK, 0)
  header(message, index, change)
  settings(message, change)
  return message.finish('RTM_NEWLINK', `link ${index}`)
}

/** Removes a link; its peer, routes and neighbours go with it. */
export function deleteLink(name: string): NetlinkRequest {
  const message = new MessageWriter(RTM_DELLINK, 0)
  header(message, 0, {})
  return message.stringAttribute(IFLA_IFNAME, name).finish('RTM_DELLINK', `link ${name}`)
}

/** Asks for one link by name; refused with ENODEV where there is none. */
export function getLink(name: string): NetlinkRequest {
  const message = new MessageWriter(RTM_GETLINK, 0)
  header(message, 0, {})
  return message.stringAttribute(IFLA_IFNAME, name).finish('RTM_GETLINK', `link ${name}`)
}

/** Asks for all links of the namespace. */
export function dumpLinks(): NetlinkRequest {
  const message = new MessageWriter(RTM_GETLINK, NLM_F_DUMP)
  header(message, 0, {})
  return message.finish('RTM_GETLINK', 'all links')
}

/** Reads an RTM_NEWLINK message. */
export function readLink({ payload }: ReceivedMessage): Link {
  const view = viewOf(payload)
  const attributes = readAttributes(payload, IFINFOMSG_LENGTH)
  const info = attributes.get(IFLA_LINKINFO)
  const infos = info && readAttributes(info)
  const flags = view.getUint32(8, LITTLE_ENDIAN)
  const state = attributes.get(IFLA_OPERSTATE)?.[0]
  return {
    index: view.getInt32(4, LITTLE_ENDIAN),
    name: readString(attributes.get(IFLA_IFNAME)) ?? '',
    up: (flags & IFF_UP) !== 0,
    operational: (flags & IFF_UP) !== 0 && (state === OPERSTATE_UP || state === OPERSTATE_UNKNOWN),
    mtu: readU32(attributes.get(IFLA_MTU)) ?? 0,
    mac: [...(attributes.get(IFLA_ADDRESS) ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
    master: readU32(attributes.get(IFLA_MASTER)),
    kind: readString(infos?.get(IFLA_INFO_KIND)),
    data: infos?.get(IFLA_INFO_DATA),
    alias: readString(attributes.get(IFLA_IFALIAS)),
  }
}

/** struct ifinfomsg */
function header(message: MessageWriter, index: number, { up }: LinkSettings): void {
  message.u8(AF_UNSPEC).u8(0).u16(0).u32(index)
  message.u32(up === true ? IFF_UP : 0).u32(up === undefined ? 0 : IFF_UP)
}

function settings(message: MessageWriter, link: LinkSettings & { readonly name?: string }): void {
  if (link.name !== undefined) message.stringAttribute(IFLA_IFNAME, link.name)
  if (link.mtu !== undefined) message.u32Attribute(IFLA_MTU, link.mtu)
  if (link.mac !== undefined) message.attribute(IFLA_ADDRESS, macBytes(link.mac))
  if (link.master !== undefined) message.u32Attribute(IFLA_MASTER, link.master)
  if (link.alias !== undefined) message.stringAttribute(IFLA_IFALIAS, link.alias)
}

/** `0a:58:0a:f4:01:05` as six bytes. */
export function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16))
}
