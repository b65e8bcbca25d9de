import { atMost, byDefault, count, limitsOf, type MessageLimits } from '../../gatewayapi/definition/limits.ts'
import {
  BGPAnnouncement,
  L2Announcement,
  LoadBalancerPool,
  LoadBalancerPoolSpec,
  PreferredNodeSelector,
  ServiceAllocation,
} from './message.ts'

const NODES = ['Any of them selects; none: all nodes.', atMost(64)] as const
const SERVICES = ['Any of them selects; none: all Services.', atMost(64)] as const

export const loadBalancerPoolLimits: readonly MessageLimits[] = [
  limitsOf(LoadBalancerPool, { spec: ['Which addresses, for whom, and how they are announced.'] }),
  limitsOf(LoadBalancerPoolSpec, {
    addresses: ['CIDRs, or ranges as 192.0.2.1-192.0.2.9. Pools must not overlap.', count(1, 256)],
    autoAssign: ['False: only for Services that ask for the pool, or for an address of it.', byDefault(true)],
    avoidBuggyIPs: ['Leaves out IPv4 addresses that end with .0 and .255.'],
    serviceAllocation: ['Whose Services the pool is for; absent: for everybody.'],
    l2: [
      'Announced on the link, by ARP and NDP. Where neither l2 nor bgp is there: on all links of all nodes.',
      atMost(64),
    ],
    bgp: ['Announced to BGP peers.', atMost(64)],
  }),
  limitsOf(ServiceAllocation, {
    priority: ['The lower, the sooner it is taken; 0: after all others.', { minimum: 0 }],
    namespaces: ['Names of namespaces; they count beside namespaceSelectors.', atMost(1024)],
    namespaceSelectors: ['Namespaces by their labels.', atMost(64)],
    serviceSelectors: SERVICES,
  }),
  limitsOf(PreferredNodeSelector, {
    weight: ['The sum of those that select a node says how much it is preferred.', { minimum: 1, maximum: 100 }],
    preference: ['Nodes by their labels.'],
  }),
  limitsOf(L2Announcement, {
    nodeSelectors: NODES,
    serviceSelectors: SERVICES,
    interfaces: ['Names of links; none: all that lead out of the node.', atMost(64)],
    preferredNodeSelectors: ['Who answers first, of those that may.', atMost(64)],
  }),
  limitsOf(BGPAnnouncement, {
    nodeSelectors: NODES,
    serviceSelectors: SERVICES,
    aggregationLength: ['Bits of the IPv4 prefix that is told.', { minimum: 1, maximum: 32 }, byDefault(32)],
    aggregationLengthV6: ['Bits of the IPv6 prefix that is told.', { minimum: 1, maximum: 128 }, byDefault(128)],
    localPref: ['LOCAL_PREF, for peers of the same AS.', { minimum: 0, maximum: 4_294_967_295 }],
    communities: ['65000:100, large:65000:1:2, or a well-known name.', atMost(64)],
    peers: ['Names of BGPPeers; none: all.', atMost(64)],
  }),
]
