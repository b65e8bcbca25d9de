import { dns } from '#agent/parts/dns/dns-part.ts'
import { health } from '#agent/parts/health/health-part.ts'
import { policies } from '#agent/parts/policies/policies-part.ts'
import { routes } from '#agent/parts/routes/routes-part.ts'
import { services } from '#agent/parts/services/services-part.ts'
import type { AgentNode } from '#agent/runner/agent-node.ts'
import type { PartDefinition } from '#agent/runner/part.ts'

/** What a node of somebody else's cluster can run: any of them. They start in this order, and stop in the opposite one. */
export const parts: readonly PartDefinition<AgentNode>[] = [services, health, policies, routes, dns]
