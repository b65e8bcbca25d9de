/** A link of a node, as far as it matters for who is asked there. */
export interface NodeLink {
  readonly index: number
  readonly name: string
  readonly mac: string
  readonly isUp: boolean
  /** It is a port of a bridge or a bond, which speaks for it. */
  readonly isPort: boolean
  readonly kind: string | undefined
  /** With prefix length: `192.0.2.5/24`. */
  readonly addresses: readonly string[]
}

/** Tunnels: nobody asks there. */
const NOT_ASKED = new Set(['vxlan', 'geneve', 'ipip', 'sit', 'gre', 'ip6tnl', 'wireguard', 'tun', 'dummy', 'ifb'])
/** Bridges and links that pods and virtual machines of this node are behind, by the names that their programs give. */
const INSIDE = /^(?:docker|br-[0-9a-f]{12}$|cbr|cni|veth|cali|lxc|lxdbr|virbr|cilium|flannel|nodelocaldns|kube-|fl-)/

const isNetwork = (address: string): boolean =>
  !address.startsWith('fe80:') && !address.endsWith('/32') && !address.endsWith('/128')

const isEthernet = ({ mac }: NodeLink): boolean =>
  /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== '00:00:00:00:00:00'

/**
 * Whether the node answers on the link where nobody says on which: it has a network there that is not made of pods. A
 * pod's link has an address alone, or none.
 */
export const isOutward = (link: NodeLink): boolean =>
  link.isUp &&
  isEthernet(link) &&
  !link.isPort &&
  !NOT_ASKED.has(link.kind ?? '') &&
  !INSIDE.test(link.name) &&
  link.addresses.some(isNetwork)

/** Whether it answers there: `interfaces` are names; none: on all that lead outward. */
export const answersOn = (link: NodeLink, interfaces: readonly string[]): boolean =>
  interfaces.length === 0 ? isOutward(link) : link.isUp && isEthernet(link) && interfaces.includes(link.name)
