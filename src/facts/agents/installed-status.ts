import type { AgentStatus } from '#agent/server/agent-status.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import { refOf } from '#explain/cluster/reference.ts'
import type { AgentAway } from '#explain/trace/kernels.ts'
import { byKey } from '#objects/object-key.ts'
import { type AgentPod, agentPods, otherProxies } from './agent-pods.ts'
import { type AgentsAddress, askAgent, eachOf } from './ask-agent.ts'

/** A node, and what its agent says of itself. */
export interface InstalledNode {
  readonly node: string
  /** Name of the agent's pod; left out where there is none. */
  readonly agent?: string
  /** How often its containers were started again. */
  readonly restarts: number
  /** Names of agents' pods on this node beside the one that was asked: there must be none. */
  readonly also: readonly string[]
  readonly answer: AgentAway | { readonly code: 'answered'; readonly status: AgentStatus }
}

export interface InstalledStatus {
  readonly namespace: string
  /** All nodes have an agent that says that all is well, and the controller has a pod that is ready. */
  readonly healthy: boolean
  readonly nodes: readonly InstalledNode[]
  /** Left out where it may not be seen, or is not there: not all parts need it. */
  readonly controller?: { readonly ready: number; readonly wanted: number }
}

const CONTROLLER = 'fairlead-controller'

/** Asks all agents of a cluster, some at a time. Rejects with an ApiError where nodes or agents' pods may not be listed. */
export const installedStatus = async (client: Client, address: AgentsAddress): Promise<InstalledStatus> => {
  const { namespace } = address
  const [node, agents, others, controller] = await Promise.all([
    client.list(nodes),
    agentPods(client, namespace),
    client
      .list(pods, { namespace: 'kube-system' })
      .then(({ items }) => otherProxies(items), forbidden(new Map<string, readonly Pod[]>())),
    client.get(deployments, CONTROLLER, { namespace }).catch(forbidden(undefined)),
  ])
  const names = node.items.toSorted(byKey).map(({ metadata }) => metadata?.name ?? '')
  const asked = await eachOf(names, async (name): Promise<InstalledNode> => {
    const [own, ...also] = agents.filter((one) => one.node === name)
    if (own === undefined) {
      const there = (others.get(name) ?? []).map((pod) => refOf('Pod', pod))
      return { node: name, restarts: 0, also: [], answer: { code: 'no-agent', others: there } }
    }
    const { name: agent, restarts } = own
    return { node: name, agent, restarts, also: also.map((one) => one.name), answer: await answerOf(address, own) }
  })
  const replicas = controller && {
    ready: controller.status?.readyReplicas ?? 0,
    wanted: controller.spec?.replicas ?? 1,
  }
  return {
    namespace,
    healthy: asked.length > 0 && asked.every(isWell) && (replicas === undefined || replicas.ready > 0),
    nodes: asked,
    ...(replicas && { controller: replicas }),
  }
}

const answerOf = async (address: AgentsAddress, { name, away }: AgentPod): Promise<InstalledNode['answer']> => {
  if (away !== undefined)
    return { code: 'agent-away', agent: { kind: 'Pod', namespace: address.namespace, name }, message: away }
  const answer = await askAgent(address, name, ['/status'])
  return answer.code === 'answered' ? { code: 'answered', status: answer.bodies[0] as AgentStatus } : answer
}

/** All is as it should be on it. */
const isWell = ({ answer, also }: InstalledNode): boolean =>
  answer.code === 'answered' &&
  also.length === 0 &&
  answer.status.ready &&
  answer.status.dataplane.failed.length === 0 &&
  answer.status.dataplane.pending === 0 &&
  answer.status.parts.every(({ ready, faults }) => ready && faults.length === 0)

/** What need not be seen. */
const forbidden =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof ApiError && (error.status.code === 403 || error.status.code === 404)) return instead
    throw error
  }
