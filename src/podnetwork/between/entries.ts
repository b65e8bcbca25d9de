import { parseCidr } from '#net/cidr.ts'
import { formatAddress, type IpFamily } from '#net/ip-address.ts'
import { familyOfText, rangeOfOne } from '#net/per-family.ts'
import type { ClusterNode, Underlay } from './cluster-node.ts'
import { nodeMac, VXLAN_LINKS, VXLAN_OVERHEAD } from './vxlan.ts'
import { type Here, wayTo } from './way.ts'

/** One thing that a kernel holds. Links by name, addresses as canonical text. */
export type Entry =
  /** Without a link: unreachable. */
  | { readonly kind: 'route'; readonly destination: string; readonly link?: string; readonly gateway?: string }
  | { readonly kind: 'neighbour'; readonly link: string; readonly address: string; readonly mac: string }
  | { readonly kind: 'forwarding'; readonly link: string; readonly mac: string; readonly remote: string }

/** What tells one entry from another: of two with the same name a kernel holds one. */
export const nameOf = (entry: Entry): string => {
  switch (entry.kind) {
    case 'route':
      return `route ${entry.destination}`
    case 'neighbour':
      return `neighbour ${entry.address} on ${entry.link}`
    case 'forwarding':
      return `forwarding of ${entry.mac} on ${entry.link}`
  }
}

/** Whether two of one name say the same. */
export const isSameEntry = (one: Entry, other: Entry): boolean => {
  switch (one.kind) {
    case 'route':
      return other.kind === 'route' && one.link === other.link && one.gateway === other.gateway
    case 'neighbour':
      return other.kind === 'neighbour' && one.mac === other.mac
    case 'forwarding':
      return other.kind === 'forwarding' && one.remote === other.remote
  }
}

/** The first address of a node's range, which no pod has, is the node's own in the pod network. */
const tunnelAddress = (podCidr: string): string => formatAddress(parseCidr(podCidr).address)

/** What leads to the pods of another node that live in these of its ranges. */
export function entriesTo(here: Here, other: ClusterNode, podCidrs: readonly string[]): readonly Entry[] {
  const entries = new Map<string, Entry>()
  const mac = nodeMac(other.name)
  for (const destination of podCidrs) {
    const way = wayTo(here, other, familyOfText(destination))
    if (way.kind === 'route') add({ kind: 'route', destination, link: way.link, gateway: way.gateway })
    if (way.kind !== 'vxlan') continue
    const [link, gateway] = [VXLAN_LINKS[way.underlay], tunnelAddress(destination)]
    // What a route needs comes before it.
    add({ kind: 'forwarding', link, mac, remote: way.remote })
    add({ kind: 'neighbour', link, address: gateway, mac })
    add({ kind: 'route', destination, link, gateway })
  }
  function add(entry: Entry): void {
    entries.set(nameOf(entry), entry)
  }
  return [...entries.values()]
}

/** Packets for pods of this node that are not there must not leave it, and come back from its router. */
export const ownEntries = (podCidrs: readonly string[]): readonly Entry[] =>
  podCidrs.map((destination) => ({ kind: 'route', destination }))

/** A VXLAN link as it shall be. */
export interface VxlanLink {
  readonly name: string
  readonly id: number
  readonly port: number
  /** This node's address in the underlay. */
  readonly local: string
  readonly mac: string
  /** Bytes. */
  readonly mtu: number
  /** The node's own in the pod network, with prefix length. */
  readonly addresses: readonly string[]
}

export interface VxlanNumbers {
  readonly id: number
  readonly port: number
}

export const vxlanLink = (own: ClusterNode, underlay: Underlay, { id, port }: VxlanNumbers): VxlanLink => ({
  name: VXLAN_LINKS[underlay.family],
  id,
  port,
  local: underlay.address,
  mac: nodeMac(own.name),
  mtu: underlay.mtu - VXLAN_OVERHEAD[underlay.family],
  addresses: own.podCidrs.map((cidr) => rangeOfOne(tunnelAddress(cidr))),
})

/** In which families of the underlay VXLAN is used to get to a node. */
export const vxlanUses = (here: Here, other: ClusterNode): readonly IpFamily[] => [
  ...new Set(
    other.podCidrs.flatMap((cidr) => {
      const way = wayTo(here, other, familyOfText(cidr))
      return way.kind === 'vxlan' ? [way.underlay] : []
    }),
  ),
]
