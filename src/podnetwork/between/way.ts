import { containsAddress, parseCidr } from '#net/cidr.ts'
import { type IpFamily, parseAddress } from '#net/ip-address.ts'
import { addressOf, type BetweenMode, type ClusterNode, type Underlay } from './cluster-node.ts'

/** Where ways begin. */
export interface Here {
  readonly own: ClusterNode
  readonly underlays: readonly Underlay[]
  /** What holds for all pairs of which neither says anything else. */
  readonly mode: BetweenMode
}

/** How packets for another node's pods, of one family, get there. */
type Way =
  | { readonly kind: 'route'; readonly link: string; readonly gateway: string }
  | { readonly kind: 'vxlan'; readonly underlay: IpFamily; readonly remote: string }
  /** The network behind the link knows it. */
  | { readonly kind: 'left' }
  /** No address of it is of a family that this node has too. */
  | { readonly kind: 'none' }

const FAMILIES = ['IPv4', 'IPv6'] as const

/**
 * Both ends come to the same, unless they take different things to be on their link: VXLAN where one of them asks for it,
 * then `routed`, then what holds for all.
 */
const modeBetween = ({ own, mode }: Here, other: ClusterNode): BetweenMode => {
  const said = [own.mode, other.mode]
  return said.includes('vxlan') ? 'vxlan' : said.includes('routed') ? 'routed' : mode
}

export function wayTo(here: Here, other: ClusterNode, family: IpFamily): Way {
  const mode = modeBetween(here, other)
  const underlay = here.underlays.find((one) => one.family === family)
  const gateway = addressOf(other, family)
  const isOnLink =
    underlay !== undefined &&
    gateway !== undefined &&
    containsAddress(parseCidr(underlay.subnet), parseAddress(gateway))
  if (isOnLink && mode !== 'vxlan') return { kind: 'route', link: underlay.link, gateway }
  if (mode === 'routed') return { kind: 'left' }
  for (const one of FAMILIES) {
    const remote = addressOf(other, one)
    if (remote !== undefined && here.underlays.some((own) => own.family === one))
      return { kind: 'vxlan', underlay: one, remote }
  }
  return { kind: 'none' }
}
