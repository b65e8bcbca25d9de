import type { ClusterConfig } from '#cluster/config.ts'
import type { KernelWalk, Observation, Untraced } from '#explain/trace/live.ts'
import { FlowTrace, type TracedFlow } from '#kernel/conntrack/flow-trace.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import { isNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { NftTrace, type TracedTuple } from '#kernel/nftables/nft-trace.ts'
import { ask } from './ask.ts'

interface Probe {
  /** Path of the network namespace that it is sent from. */
  readonly namespace: string
  readonly protocol: 'TCP' | 'UDP'
  /** The sender's address. */
  readonly source: string
  readonly address: string
  readonly port: number
}

interface Probed {
  readonly observations: readonly Observation[]
  /** The kernel's own trace of each probe's first packet, at the nodes that were asked for. */
  readonly walks: readonly KernelWalk[]
  /** Why there is no such trace of a node. */
  readonly untraced: readonly Untraced[]
}

/**
 * Sends `count` new connections, one after the other, and follows each by the conntrack of all nodes and the rule trace
 * of `traced` ones; without the latter, by conntrack alone. Throws KernelError.
 */
export async function probeLive(
  config: ClusterConfig,
  probe: Probe,
  count: number,
  traced: ReadonlySet<string>,
): Promise<Probed> {
  const flowTraces: (readonly [node: string, FlowTrace])[] = []
  const ruleTraces: (readonly [node: string, NftTrace])[] = []
  const untraced: Untraced[] = []
  try {
    for (const { name, namespace } of config.nodes) {
      // One that is stopped has no kernel to look at.
      if (!isNamespace(namespacePath(namespace))) continue
      flowTraces.push([name, FlowTrace.open(namespacePath(namespace))])
      if (!traced.has(name)) continue
      try {
        ruleTraces.push([name, NftTrace.open(namespacePath(namespace), tupleOf(probe))])
      } catch (error) {
        if (!(error instanceof KernelError)) throw error
        untraced.push({ code: 'refused', node: name, message: error.message })
      }
    }
    const observations: Observation[] = []
    const walks: KernelWalk[] = []
    for (let round = 0; round < count; round++) {
      const { answer, port } = await ask(probe)
      // A socket that was refused does not tell its port any more.
      const ours = (one: { readonly port: number }) => port === undefined || one.port === port
      const translation = flowTraces
        .flatMap(([node, trace]) => translations(node, trace.read(), probe))
        .find(ours)?.translation
      observations.push({ answer, ...(translation && { translation }) })
      for (const [node, trace] of ruleTraces) {
        // One that is sent again goes the same way, or, once it is translated, meets no such rules.
        const steps = trace.read().find(ours)?.steps
        if (steps !== undefined) walks.push({ node, steps })
      }
    }
    return { observations, walks, untraced }
  } finally {
    for (const [, trace] of ruleTraces) trace.close()
    for (const [, trace] of flowTraces) trace.close()
  }
}

const tupleOf = ({ protocol, source, address, port }: Probe): TracedTuple => ({
  protocol,
  source,
  destination: address,
  port,
})

/**
 * Of a node's new connections those from the sender to where the probe goes that the node translated, with the sender's
 * port.
 */
const translations = (node: string, flows: readonly TracedFlow[], { protocol, source, address, port }: Probe) =>
  flows.flatMap((flow) => {
    const { client, asked, backend, seen } = flow
    const ours = flow.protocol === protocol && client.address === source
    if (!ours || asked.address !== address || asked.port !== port) return []
    if (backend.address === address && backend.port === port) return []
    const translation: Observation['translation'] = { node, backend, sourceSeen: seen.address }
    return [{ port: client.port, translation }]
  })
