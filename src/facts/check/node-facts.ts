import { KERNEL_PATH, type KernelAnswer } from '#agent/kernel/kernel-page.ts'
import type { Node } from '#api/core/node/message.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import { type AgentPod, agentPods } from '../agents/agent-pods.ts'
import { type AgentsAddress, askAgent, eachOf } from '../agents/ask-agent.ts'
import { strangerOf } from '../agents/hear-kernels.ts'
import type { CheckedNode } from './obstacles.ts'
import { addressesOf } from './run-check.ts'

/** What is known of the nodes of a check, and of their kernels where agents tell; what may not be seen is left out. */
export const checkedNodes = async (
  client: Client,
  address: AgentsAddress,
  all: readonly Node[],
): Promise<{ readonly nodes: readonly CheckedNode[]; readonly serviceCidrs: readonly string[] }> => {
  const [agents, ranges] = await Promise.all([
    agentPods(client, address.namespace).catch(unseen<readonly AgentPod[]>([])),
    client.list(serviceCidrs).then(({ items }) => items.flatMap(({ spec }) => spec?.cidrs ?? []), unseen<string[]>([])),
  ])
  const nodes = await eachOf(all, async (node): Promise<CheckedNode> => {
    const name = node.metadata?.name ?? ''
    const own = agents.filter((one) => one.node === name)
    const kernel = await kernelOf(address, own)
    return {
      name,
      addresses: addressesOf(node),
      podCidrs: node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []),
      agents: own.map((one) => one.name),
      ...(kernel && { kernel }),
      strangers: kernel?.strangers.map(strangerOf) ?? [],
    }
  })
  return { nodes, serviceCidrs: ranges }
}

const kernelOf = async (address: AgentsAddress, agents: readonly AgentPod[]): Promise<KernelAnswer | undefined> => {
  const agent = agents.find(({ away }) => away === undefined)
  if (agent === undefined) return undefined
  const answer = await askAgent(address, agent.name, [`${KERNEL_PATH}?strangers=true`])
  return answer.code === 'answered' ? (answer.bodies[0] as KernelAnswer) : undefined
}

/** What one of these may not be seen, or is not there, is not looked at. */
const unseen =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof ApiError && (error.status.code === 403 || error.status.code === 404)) return instead
    throw error
  }
