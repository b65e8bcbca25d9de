import { addressBytes } from '#net/ip-address.ts'
import { EVERYWHERE, familyOfText, type PerFamily, rangeOfOne } from '#net/per-family.ts'
import { type NetworkPlan, QUIET_IPV6_SYSCTLS } from './network-plan.ts'

/** The pod's only link but loopback. */
export const POD_LINK = 'eth0'
/** The node's end of every pod's link has this MAC: pods never learn it, they are told. */
export const NODE_END_MAC = '0a:58:00:00:00:01'
/** A pod's next hops. Nobody has these addresses: a permanent neighbour entry leads them to the node's end. */
export const NEXT_HOPS = { IPv4: '169.254.1.1', IPv6: 'fe80::1' } as const

/** What the names of the nodes' ends of pods' links begin with, and of no other link of a node. */
export const POD_LINKS = 'fl-'

/**
 * The node's end of a pod's link, `fl-` and the first 12 letters and digits of its uid: 15 bytes is what a link name
 * can have.
 */
export function podLink(uid: string): string {
  return `${POD_LINKS}${shortUid(uid)}`
}

/** The first 12 letters and digits of a uid: 48 random bits of a UUID. */
export function shortUid(uid: string): string {
  return uid
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 12)
}

/**
 * The MAC of a pod's end (or a node's), from its first address as CNI's bridge does: 10.244.1.5 → 0a:58:0a:f4:01:05; of
 * an IPv6 one the last four bytes.
 */
export function podMac([address]: PerFamily): string {
  return [
    '0a',
    '58',
    ...[...addressBytes(address).subarray(-4)].map((byte) => byte.toString(16).padStart(2, '0')),
  ].join(':')
}

/** As containerd's default: a pod may listen on port 80 and ping without being privileged. */
const POD_SYSCTLS: NetworkPlan['sysctls'] = [
  ['ipv4/ip_unprivileged_port_start?', '0'],
  ['ipv4/ping_group_range?', '0 2147483647'],
]

/** Inside a pod whose link is others' matter. */
export const LOOPBACK_PLAN: NetworkPlan = {
  sysctls: POD_SYSCTLS,
  links: [{ name: 'lo', addresses: [] }],
  neighbours: [],
  routes: [],
}

/** A pod's end of its link where another runtime than ours makes pods: it names the link, and rules the other settings. */
interface GuestEnd {
  readonly link: string
}

/**
 * Inside the pod: whole addresses (/32, /128) and one way out of each family. MACs are written down, so that the first
 * packet waits for no ARP and no neighbour discovery.
 */
export function podPlan(addresses: PerFamily, guest?: GuestEnd): NetworkPlan {
  const link = guest?.link ?? POD_LINK
  const ways = addresses.map((address) => ({ address, family: familyOfText(address) }))
  return {
    sysctls: [...QUIET_IPV6_SYSCTLS, ...(guest ? [] : POD_SYSCTLS)],
    links: [
      { name: 'lo', addresses: [] },
      { name: link, addresses: addresses.map(rangeOfOne) },
    ],
    neighbours: ways.map(({ family }) => ({ link, address: NEXT_HOPS[family], mac: NODE_END_MAC })),
    routes: ways.map(({ address, family }) => ({
      destination: EVERYWHERE[family],
      nextHops: [{ link, gateway: NEXT_HOPS[family], onlink: true }],
      source: address,
    })),
  }
}

/**
 * What a pod's link needs of a node that is no machine of ours, whose settings are for links of others too: packets are
 * passed on from it, and it has no addresses but those that are laid.
 */
const linkOfHost = (link: string): NetworkPlan['sysctls'] => [
  [`ipv4/conf/${link}/forwarding`, '1'],
  [`ipv4/conf/${link}/send_redirects`, '0'],
  [`ipv4/conf/${link}/arp_ignore`, '1'],
  [`ipv6/conf/${link}/addr_gen_mode?`, '1'],
  [`ipv6/conf/${link}/forwarding?`, '1'],
  [`ipv6/conf/${link}/accept_ra?`, '0'],
  [`ipv6/conf/${link}/accept_redirects?`, '0'],
]

/**
 * On the node: the way to the pod. `nodeAddresses` are what the node's own connections to it (probes) come from, of the
 * families that it has; `isHost`: the node is not a machine of ours.
 */
export function podRoutesPlan(
  link: string,
  addresses: PerFamily,
  nodeAddresses: PerFamily,
  alias: string,
  isHost = false,
): NetworkPlan {
  const mac = podMac(addresses)
  const sourceOf = (address: string): string | undefined =>
    nodeAddresses.find((one) => familyOfText(one) === familyOfText(address))
  return {
    sysctls: isHost ? linkOfHost(link) : [],
    links: [{ name: link, alias, addresses: [] }],
    neighbours: addresses.map((address) => ({ link, address, mac })),
    routes: addresses.map((address) => {
      const source = sourceOf(address)
      return { destination: rangeOfOne(address), nextHops: [{ link }], ...(source !== undefined && { source }) }
    }),
  }
}
