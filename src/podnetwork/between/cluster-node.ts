import type { IpFamily } from '#net/ip-address.ts'
import { familyOfText } from '#net/per-family.ts'

/**
 * How packets get from node to node. `auto`: by a route where both stand on one link, by VXLAN where not; `routed`: by a
 * route on one link, and what lies behind it is left to the network, which knows the ways; `vxlan`: always.
 */
export type BetweenMode = 'auto' | 'routed' | 'vxlan'

/** What is known of a node of the cluster. */
export interface ClusterNode {
  readonly name: string
  /** One of each family at most, canonical: InternalIPs. */
  readonly addresses: readonly string[]
  /** CIDRs in canonical text; none where nobody has given it any yet. */
  readonly podCidrs: readonly string[]
  /** What it says itself of the way to it; absent: as for all. */
  readonly mode?: BetweenMode | undefined
  /** When it was made, as text that sorts by time: of two with the same range the older one has it. */
  readonly created: string
}

export const addressOf = ({ addresses }: Pick<ClusterNode, 'addresses'>, family: IpFamily): string | undefined =>
  addresses.find((address) => familyOfText(address) === family)

/** The link by which this node talks with the others, in one family. */
export interface Underlay {
  readonly family: IpFamily
  readonly link: string
  /** Bytes. */
  readonly mtu: number
  /** This node's. */
  readonly address: string
  /** What the kernel takes to be on the link, CIDR; of one address where nothing is. */
  readonly subnet: string
}
