import { dns } from './parts/dns/dns-part.ts'
import { health } from './parts/health/health-part.ts'
import { network } from './parts/network/network-part.ts'
import { nodeDns } from './parts/node-dns/node-dns-part.ts'
import { pods } from './parts/pods/pods-part.ts'
import { policies } from './parts/policies/policies-part.ts'
import { services } from './parts/services/services-part.ts'
import type { AgentNode } from './runner/agent-node.ts'
import type { PartDefinition } from './runner/part.ts'

/** What a node can run: any of them, with what each needs. They start in this order, and stop in the opposite one. */
export const partsList: readonly PartDefinition<AgentNode>[] = [services, health, policies, network, dns, pods]

/** The same for this node: the DNS of a cluster that is not ours is another part, by the same name. */
export const partsOf = ({ nodeDns: options }: Pick<AgentNode, 'nodeDns'>): readonly PartDefinition<AgentNode>[] =>
  options === undefined ? partsList : partsList.map((part) => (part.name === dns.name ? nodeDns : part))
