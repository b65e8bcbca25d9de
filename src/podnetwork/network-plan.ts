import type { IpFamily } from '#net/ip-address.ts'
import { familiesOf } from '#net/per-family.ts'

/** What a network namespace shall hold, as data: names instead of indexes, canonical text instead of bytes. */

export interface PlannedNextHop {
  /** Link name. */
  readonly link: string
  readonly gateway?: string
  readonly onlink?: boolean
}

export interface PlannedRoute {
  readonly destination: string
  /** None: unreachable. Several: equal-cost multipath. */
  readonly nextHops: readonly PlannedNextHop[]
  /** Source address of the machine's own connections. */
  readonly source?: string
  /** Left out: the main table. */
  readonly table?: number
}

/** Packets with a mark, of both families, are routed by a table of their own. */
interface PlannedRule {
  readonly mark: number
  readonly table: number
}

interface PlannedNeighbour {
  readonly link: string
  readonly address: string
  readonly mac: string
}

interface PlannedLink {
  readonly name: string
  readonly alias?: string
  /** With prefix length. */
  readonly addresses: readonly string[]
  /** Bytes; absent: as it was made. */
  readonly mtu?: number
  /** The bridge that it is a port of. */
  readonly master?: string
}

/** Settings come first, since links inherit the defaults that stand when they are made. */
export interface NetworkPlan {
  /** Below /proc/sys/net. A `?` at the end of a name: only where the kernel has it. */
  readonly sysctls: readonly (readonly [name: string, value: string])[]
  readonly links: readonly PlannedLink[]
  readonly neighbours: readonly PlannedNeighbour[]
  readonly routes: readonly PlannedRoute[]
  readonly rules?: readonly PlannedRule[]
}

/** The families that the rules of a plan are of: those of its routes. */
export const plannedFamilies = ({ routes }: Pick<NetworkPlan, 'routes'>): readonly IpFamily[] =>
  FAMILIES.filter((family) => familiesOf(routes.map(({ destination }) => destination)).includes(family))

const FAMILIES = ['IPv4', 'IPv6'] as const

/** Bytes: what Ethernet carries, so that nothing here depends on the machine being one. */
export const MTU = 1500

/**
 * IPv6 on, whatever the host's own namespace hands down, with the addresses of the plan and no others: none made up
 * from a MAC, none waited for (duplicate address detection takes a second), none learnt from an advertisement.
 */
export const QUIET_IPV6_SYSCTLS: readonly (readonly [string, string])[] = [
  ['ipv6/conf/all/disable_ipv6?', '0'],
  ['ipv6/conf/default/disable_ipv6?', '0'],
  ['ipv6/conf/default/addr_gen_mode?', '1'],
  ['ipv6/conf/default/accept_dad?', '0'],
  ['ipv6/conf/default/accept_ra?', '0'],
  ['ipv6/conf/default/accept_redirects?', '0'],
]

/** A node's, or the fabric's, settings: it forwards, and its links have the addresses of the plan and no others. */
export const ROUTER_SYSCTLS: readonly (readonly [string, string])[] = [
  ['ipv4/ip_forward', '1'],
  ['ipv6/conf/all/forwarding?', '1'],
  // Paths are asymmetric by design (the host asks a node over the underlay, and the answer goes by way of the fabric), so
  // a strict reverse-path check would drop answers.
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  // A pod that reaches itself through its Service goes out where it came in: that is no news for it. And the kernel
  // counts redirects and refusals of one client together (net.ipv4.icmp_ratelimit): a redirect sent would be a port
  // unreachable kept back, and its client would wait instead of being refused.
  ['ipv4/conf/all/send_redirects', '0'],
  ['ipv4/conf/default/send_redirects', '0'],
  ...QUIET_IPV6_SYSCTLS,
]

/** The same plan without IPv6, for a kernel that has none. */
export function withoutIpv6(plan: NetworkPlan): NetworkPlan {
  const isV4 = (text: string) => !text.includes(':')
  return {
    ...plan,
    sysctls: plan.sysctls.filter(([name]) => !name.startsWith('ipv6/')),
    links: plan.links.map((link) => ({ ...link, addresses: link.addresses.filter(isV4) })),
    neighbours: plan.neighbours.filter(({ address }) => isV4(address)),
    routes: plan.routes.filter(({ destination }) => isV4(destination)),
  }
}
