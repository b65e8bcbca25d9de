import { KERNEL_PATH, type KernelAnswer } from '#agent/kernel/kernel-page.ts'
import type { AgentStatus } from '#agent/server/agent-status.ts'
import { ApiError, type Client } from '#client/client.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import { refOf } from '#explain/cluster/reference.ts'
import type { ToldKernel } from '#explain/cluster/told-kernels.ts'
import type { StrangerTable } from '#explain/trace/kernels.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { socketText } from '#net/port-protocol.ts'
import { type AgentPod, agentPods, otherProxies } from './agent-pods.ts'
import { type AgentsAddress, askAgent, eachOf } from './ask-agent.ts'

/**
 * What the kernels of the nodes on a packet's way hold, as the agents there tell: what is asked about is what the trace met.
 * Undefined where the cluster has no agents at all. Rejects with a transport's error.
 */
export const hearKernels = async (
  client: Client,
  address: AgentsAddress,
  { pods }: Pick<ClusterFacts, 'pods'>,
  trace: Trace,
): Promise<ClusterFacts['told']> => {
  const { namespace } = address
  const nodes = nodesOn(trace)
  const frontends = frontendsOf(trace)
  if (nodes.length === 0 || frontends.length === 0) return undefined
  let agents: readonly AgentPod[]
  try {
    agents = await agentPods(client, namespace)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status.code !== 403) throw error
    const rule = { namespace, resources: ['pods'], verbs: ['list'] }
    return Object.fromEntries(nodes.map((node) => [node, { code: 'forbidden', rule, message: error.message }]))
  }
  if (agents.length === 0) return undefined
  const others = otherProxies(pods)
  const query = new URLSearchParams(frontends.map((one): [string, string] => ['frontend', one]))
  query.set('strangers', 'true')
  const told = await eachOf(nodes, async (node): Promise<ToldKernel> => {
    const agent = agents.find((one) => one.node === node)
    if (agent === undefined)
      return { code: 'no-agent', others: (others.get(node) ?? []).map((pod) => refOf('Pod', pod)) }
    const ref = { kind: 'Pod', namespace, name: agent.name }
    if (agent.away !== undefined) return { code: 'agent-away', agent: ref, message: agent.away }
    const answer = await askAgent(address, agent.name, ['/status', `${KERNEL_PATH}?${query}`])
    if (answer.code !== 'answered') return answer
    const [status, kernel] = answer.bodies as readonly [AgentStatus, KernelAnswer]
    const { dataplane } = status
    return {
      code: 'heard',
      agent: ref,
      version: status.version,
      rules: kernel.tables.services,
      elements: kernel.elements,
      kinds: kernel.kinds,
      refused: dataplane.failed.map(({ service, message }) => ({ service, message })),
      answersNames: status.parts.some(({ name, ready }) => name === 'dns' && ready),
      pending: dataplane.pending,
      strangers: kernel.strangers.map(strangerOf),
    }
  })
  return Object.fromEntries(nodes.map((node, index) => [node, told[index] as ToldKernel]))
}

/** Those whose rules it meets. */
const nodesOn = ({ outcomes, steps }: Trace): readonly string[] => [
  ...new Set([
    ...steps.flatMap((step) => (step.code === 'frontend' || step.code === 'no-frontend' ? step.nodes : [])),
    ...outcomes.flatMap(({ node }) => node ?? []),
  ]),
]

/** As `/kernel` takes them: `10.96.0.1:80/tcp`. */
const frontendsOf = ({ steps }: Trace): readonly string[] => [
  ...new Set(
    steps.flatMap((step) =>
      step.code === 'frontend' || step.code === 'no-frontend'
        ? [`${socketText(step.to.address, step.to.port)}/${step.protocol.toLowerCase()}`]
        : [],
    ),
  ),
]

/** A stranger's table as the trace has it. */
export const strangerOf = ({ family, table, by, chains, deeds }: KernelAnswer['strangers'][number]): StrangerTable => ({
  family,
  table,
  by,
  hooks: chains.map(({ hook, priority }) => `${hook} ${priority}`),
  // A chain of type nat that has no rule changes nothing; one that drops by its policy has none either.
  deeds: [
    ...new Set([...deeds, ...(chains.some(({ policy }) => policy === 'drop') ? (['drop'] as const) : [])]),
  ].sort(),
})
