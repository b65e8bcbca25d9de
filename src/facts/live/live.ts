import type { ClusterConfig } from '#cluster/config.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import { find } from '#explain/cluster/lookup.ts'
import { compare } from '#explain/live/agreement.ts'
import { compareWalk } from '#explain/live/kernel-walk.ts'
import { compareRequest } from '#explain/live/request-agreement.ts'
import type { Live, Untraced } from '#explain/trace/live.ts'
import type { Sender } from '#explain/trace/sender.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { namespacePathOf } from '../local/pod-namespace.ts'
import { probeLive } from './probe.ts'
import { sendRequest } from './send-request.ts'

const HOME = '/proc/self/ns/net'
const MOST_PROBES = 12

/** Path of the network namespace of a sender; undefined where there is none on this machine. */
export function senderNetwork(config: ClusterConfig, facts: ClusterFacts, sender: Sender): string | undefined {
  switch (sender.kind) {
    case 'pod': {
      const pod = find(facts.pods, sender.name, sender.namespace)
      return pod && namespacePathOf(config, pod)
    }
    case 'node': {
      const node = config.nodes.find(({ name }) => name === sender.name)
      return node && namespacePath(node.namespace)
    }
    case 'host':
      return HOME
    case 'outside':
      return undefined
  }
}

/**
 * Sends what was explained, for real, from a network namespace, and holds the kernel's doing against the model.
 * Undefined: there is no address to send to. Throws KernelError.
 */
export async function probeTrace(
  config: ClusterConfig,
  namespace: string,
  trace: Trace & { readonly protocol: 'TCP' | 'UDP' },
): Promise<Live | undefined> {
  const { destination, outcomes, protocol, source, walks: model, request: asked, verdict } = trace
  if (destination === undefined) return undefined
  const backends = new Set(outcomes.flatMap(({ backend }) => (backend ? `${backend.address} ${backend.port}` : [])))
  // Enough to meet each of a few backends, most likely; a silence costs more than an answer.
  const answered = outcomes.every(({ verdict }) => verdict === 'deliver')
  const { observations, walks, untraced } = await probeLive(
    config,
    { namespace, protocol, source: source.address, ...destination },
    answered ? Math.min(MOST_PROBES, 1 + 2 * backends.size) : 2,
    new Set(model.map(({ node }) => node)),
  )
  const compared = walks.map((walk) => compareWalk(walk, model))
  const { accord, met } = compare({ outcomes, protocol }, observations)
  const silent = model.length > 0 && walks.length === 0 && untraced.length === 0
  const unavailable: readonly Untraced[] = silent ? [{ code: 'silent' }] : untraced
  const request = asked && compareRequest(asked, verdict, await sendRequest(namespace, destination, asked.request))
  return {
    accord: compared.every(({ fits }) => fits) && request?.accord !== 'disagree' ? accord : 'disagree',
    ...(request && { request }),
    met,
    observations,
    trace: { walks: compared, unavailable },
  }
}
