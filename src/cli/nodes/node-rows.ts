import { type AgentReport, getJson } from '#agent/server/agent-api.ts'
import type { ClusterConfig } from '#cluster/config.ts'

/** How long the agents may take to answer, milliseconds. */
const PATIENCE_MS = 3_000

/** A node as it was made, and as its agent has it. */
interface NodeRow {
  readonly name: string
  readonly state: 'up' | 'stopped' | 'paused'
  /** Undefined, as the next one: the agents do not answer. */
  readonly ready: boolean | undefined
  readonly pods: number | undefined
  readonly addresses: readonly string[]
  readonly podCidrs: readonly string[]
  readonly zone: string | undefined
}

/** All nodes of a cluster, also of one that does not run. */
export const nodeRows = async (config: ClusterConfig): Promise<readonly NodeRow[]> => {
  const report = await getJson<AgentReport>(config.sockets.agent, '/status', PATIENCE_MS).catch(() => undefined)
  return config.nodes.map(({ name, state, addresses, podCidrs, zone }): NodeRow => {
    const told = report?.nodes.find((node) => node.name === name)
    return { name, state: state ?? 'up', ready: told?.ready, pods: told?.pods.length, addresses, podCidrs, zone }
  })
}
