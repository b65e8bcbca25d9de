import { balancerPart } from '#agent/parts/balancer/balancer-part.ts'
import { BgpAnnouncer } from '#agent/parts/balancer/bgp/bgp-announcer.ts'
import { doorNetwork } from '#agent/parts/door/door-part.ts'
import { health } from '#agent/parts/health/health-part.ts'
import { nodeDns } from '#agent/parts/node-dns/node-dns-part.ts'
import { policies } from '#agent/parts/policies/policies-part.ts'
import { routes } from '#agent/parts/routes/routes-part.ts'
import { services } from '#agent/parts/services/services-part.ts'
import type { AgentNode } from '#agent/runner/agent-node.ts'
import type { PartDefinition } from '#agent/runner/part.ts'
import { CNI_FOLDERS, CNI_PROGRAM, CNI_SOCKET } from '../paths.ts'

/**
 * What a node of somebody else's cluster can run: any of them. They start in this order, and stop in the opposite one.
 * `namespace`: where the agents' own objects lie.
 */
export const partsOf = (namespace: string): readonly PartDefinition<AgentNode>[] => [
  services,
  health,
  policies,
  routes,
  doorNetwork({
    socket: CNI_SOCKET,
    program: CNI_PROGRAM,
    folders: CNI_FOLDERS,
    // What goes between nodes in another packet has that much less room.
    mtu: (node) => node.find(routes)?.podMtu() ?? ETHERNET_MTU,
  }),
  nodeDns,
  balancerPart({ namespace, others: (ground) => [new BgpAnnouncer({ ...ground, namespace })] }),
]

const ETHERNET_MTU = 1500
