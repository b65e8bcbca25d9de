import { services } from '#agent/parts/services/services-part.ts'
import type { PartState } from '#agent/runner/part.ts'
import type { NodeReport } from '#agent/server/agent-api.ts'
import { dataplaneReport } from '#agent/server/dataplane-report.ts'
import { VERSION } from '#client/version.ts'
import type { NodeProgram } from './node-program.ts'

/** What a node's agent tells of itself; `fairlead status --kubeconfig` prints it. */
interface AgentStatus {
  readonly node: string
  readonly version: string
  /** All parts that were asked for are ready. */
  readonly ready: boolean
  /** What is not known of the node, in words. */
  readonly missing?: string
  /** What went wrong of late between it and the API server, in words. */
  readonly faults: readonly string[]
  readonly addresses: readonly string[]
  readonly podCidrs: readonly string[]
  readonly parts: readonly PartState[]
  /** Of the Services in this node's kernel; `services`: those that are told to it. */
  readonly dataplane: NodeReport['dataplane']
  /** Octets. */
  readonly rss: number
}

/** `faults`: those of the process, which are no part's. */
export const nodeReport = (
  program: Pick<NodeProgram, 'node' | 'parts' | 'missing' | 'states'>,
  faults: readonly string[],
  name: string,
): AgentStatus => {
  const { node, parts, missing } = program
  const states = program.states()
  const proxy = parts?.find(services)?.proxy
  return {
    node: name,
    version: VERSION,
    ready: parts !== undefined && states.every(({ ready }) => ready),
    ...(missing !== undefined && { missing }),
    faults,
    addresses: node?.addresses ?? [],
    podCidrs: node?.podCidrs ?? [],
    parts: states,
    dataplane: { services: proxy?.state().services ?? 0, ...dataplaneReport(proxy) },
    rss: process.memoryUsage().rss,
  }
}
