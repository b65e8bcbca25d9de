import { addressBytes } from '#net/ip-address.ts'
import { type NetworkPlan, QUIET_IPV6_SYSCTLS } from './network-plan.ts'

/** The pod's only link but loopback. */
export const POD_LINK = 'eth0'
/** The node's end of every pod's link has this MAC: pods never learn it, they are told. */
export const NODE_END_MAC = '0a:58:00:00:00:01'
/** A pod's next hops. Nobody has these addresses: a permanent neighbour entry leads them to the node's end. */
const NEXT_HOP_V4 = '169.254.1.1'
const NEXT_HOP_V6 = 'fe80::1'

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

/** The MAC of a pod's end (or a node's), from its IPv4 address as CNI's bridge does: 10.244.1.5 → 0a:58:0a:f4:01:05. */
export function podMac(v4: string): string {
  return ['0a', '58', ...[...addressBytes(v4)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':')
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

/**
 * Inside the pod: whole addresses (/32, /128) and one way out. Both MACs are written down, so that the first packet
 * waits for no ARP and no neighbour discovery.
 */
export function podPlan([v4, v6]: readonly [string, string]): NetworkPlan {
  return {
    sysctls: [...QUIET_IPV6_SYSCTLS, ...POD_SYSCTLS],
    links: [
      { name: 'lo', addresses: [] },
      { name: POD_LINK, addresses: [`${v4}/32`, `${v6}/128`] },
    ],
    neighbours: [
      { link: POD_LINK, address: NEXT_HOP_V4, mac: NODE_END_MAC },
      { link: POD_LINK, address: NEXT_HOP_V6, mac: NODE_END_MAC },
    ],
    routes: [
      { destination: '0.0.0.0/0', nextHops: [{ link: POD_LINK, gateway: NEXT_HOP_V4, onlink: true }], source: v4 },
      { destination: '::/0', nextHops: [{ link: POD_LINK, gateway: NEXT_HOP_V6, onlink: true }], source: v6 },
    ],
  }
}

/** On the node: the way to the pod. `nodeAddresses` are what the node's own connections to it (probes) come from. */
export function podRoutesPlan(
  link: string,
  [v4, v6]: readonly [string, string],
  nodeAddresses: readonly [string, string],
  alias: string,
): NetworkPlan {
  const mac = podMac(v4)
  return {
    sysctls: [],
    links: [{ name: link, alias, addresses: [] }],
    neighbours: [
      { link, address: v4, mac },
      { link, address: v6, mac },
    ],
    routes: [
      { destination: `${v4}/32`, nextHops: [{ link }], source: nodeAddresses[0] },
      { destination: `${v6}/128`, nextHops: [{ link }], source: nodeAddresses[1] },
    ],
  }
}
