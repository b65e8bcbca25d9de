import type { ClusterConfig } from '#cluster/config.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { Explanation } from '#explain/explanation.ts'
import { type Accord, type Agreement, compare, type Observation } from '#explain/live/agreement.ts'
import { type ComparedWalk, compareWalk, walkLines } from '#explain/live/kernel-walk.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { CliError } from './cli-error.ts'
import { networkOf } from './cluster-facts.ts'
import { probeLive } from './live-probe.ts'

export interface Live extends Agreement {
  readonly observations: readonly Observation[]
  /** The walks of the kernel's own trace; `unavailable` says where and why there is none. */
  readonly trace: { readonly walks: readonly ComparedWalk[]; readonly unavailable: readonly string[] }
}

const HOME = '/proc/self/ns/net'

/**
 * Sends what was explained, for real, and holds the kernel's doing against the model. Undefined: there is no address to
 * send to.
 */
export async function explainLive(
  config: ClusterConfig,
  facts: ClusterFacts,
  explanation: Explanation,
): Promise<Live | undefined> {
  const { destination, protocol, outcomes } = explanation
  if (protocol === 'SCTP')
    throw new CliError('USAGE', 'explain: --live sends TCP and UDP; this kernel may have no SCTP sockets')
  const namespace = namespaceOf(config, facts, explanation)
  if (destination === undefined) return undefined
  const backends = new Set(outcomes.flatMap(({ backend }) => (backend ? `${backend.address} ${backend.port}` : [])))
  // Enough to meet each of a few backends, most likely; a silence costs more than an answer.
  const count = outcomes.every(({ verdict }) => verdict === 'deliver') ? Math.min(12, 1 + 2 * backends.size) : 2
  const model = explanation.walks
  const { observations, walks, untraced } = await probeLive(
    config,
    { namespace, protocol, source: explanation.source.address, ...destination },
    count,
    new Set(model.map(({ node }) => node)),
  )
  const compared = walks.map((walk) => compareWalk(walk, model))
  const agreement = compare(explanation, observations)
  const silent = model.length > 0 && walks.length === 0 && untraced.length === 0
  const unavailable = silent ? ['it told of no packet'] : untraced
  return {
    accord: compared.every(({ fits }) => fits) ? agreement.accord : 'disagree',
    lines: [
      ...agreement.lines,
      ...walkLines(compared, model),
      ...unavailable.map((why) => `without the kernel’s own trace, by conntrack alone: ${why}`),
    ],
    observations,
    trace: { walks: compared, unavailable },
  }
}

/** The network namespace of the sender. */
function namespaceOf(config: ClusterConfig, facts: ClusterFacts, { source, from }: Explanation): string {
  const pod = facts.pods.find(({ metadata }) => source.name === `pod ${metadata?.namespace}/${metadata?.name}`)
  if (pod !== undefined) {
    const path = networkOf(config, pod)
    if (path !== undefined) return path
  }
  const node = config.nodes.find(({ name }) => name === source.name)
  if (node !== undefined) return namespacePath(node.namespace)
  if (source.name === 'the host') return HOME
  throw new CliError('USAGE', `explain: --live cannot send from ${from}`, {
    hint: 'it sends from a pod that runs, a node, or the host of a local cluster',
  })
}

const ACCORDS: Readonly<Record<Accord, string>> = {
  agree: 'kernel and model agree',
  unanswered: 'NO ANSWER: the packets go as the model says; whether anybody answers them was not seen',
  disagree: 'KERNEL AND MODEL DISAGREE',
}

/** The lines below an explanation. */
export const liveText = (live: Live | undefined): string =>
  live === undefined
    ? 'LIVE: nothing was sent, as there is no address to send to\n'
    : `LIVE: ${ACCORDS[live.accord]}\n${live.lines.map((line) => `  ${line}\n`).join('')}`
