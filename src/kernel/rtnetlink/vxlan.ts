import { inetAddress, inetText } from '../inet.ts'
import { type NetlinkRequest, readAttributes, readU32, viewOf } from '../netlink/netlink-message.ts'
import { type Link, type NewLink, newLink } from './link.ts'

// linux/if_link.h
const IFLA_VXLAN_ID = 1
const IFLA_VXLAN_LOCAL = 4
const IFLA_VXLAN_LEARNING = 7
const IFLA_VXLAN_PORT = 15
const IFLA_VXLAN_GROUP6 = 16
const IFLA_VXLAN_LOCAL6 = 17

/** What a VXLAN link is made with, and cannot be told later. */
interface VxlanSettings {
  /** VXLAN network identifier, 24 bits. */
  readonly id: number
  /** UDP port, here and at the others. */
  readonly port: number
  /** The address that its packets come from; its family is that of the underlay. */
  readonly local: string
}

/** A VXLAN link that learns nothing from packets: it sends to where it is told, and what is told nowhere is dropped. */
export function newVxlan(link: NewLink, { id, port, local }: VxlanSettings): NetlinkRequest {
  const { bytes } = inetAddress(local)
  return newLink(link, 'vxlan', (message) => {
    message.u32Attribute(IFLA_VXLAN_ID, id)
    // The kernel takes a link for one of IPv4 unless a group says otherwise; `::` is none.
    if (bytes.length === 16) message.attribute(IFLA_VXLAN_GROUP6, new Uint8Array(16))
    message.attribute(bytes.length === 16 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, bytes)
    message.u8Attribute(IFLA_VXLAN_LEARNING, 0)
    message.attribute(IFLA_VXLAN_PORT, Uint8Array.of(port >> 8, port & 255))
  })
}

/** What a link was made with; undefined where it is no VXLAN link, or one that learns, or without an address. */
export function readVxlan({ kind, data }: Pick<Link, 'kind' | 'data'>): VxlanSettings | undefined {
  if (kind !== 'vxlan' || data === undefined) return undefined
  const attributes = readAttributes(data)
  const local = attributes.get(IFLA_VXLAN_LOCAL) ?? attributes.get(IFLA_VXLAN_LOCAL6)
  const port = attributes.get(IFLA_VXLAN_PORT)
  if (local === undefined || port === undefined || attributes.get(IFLA_VXLAN_LEARNING)?.[0] !== 0) return undefined
  return { id: readU32(attributes.get(IFLA_VXLAN_ID)) ?? 0, port: viewOf(port).getUint16(0), local: inetText(local) }
}
