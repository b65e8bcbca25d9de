import { services } from '#agent/parts/services/services-part.ts'
import type { AgentStatus } from '#agent/server/agent-status.ts'
import { dataplaneReport } from '#agent/server/dataplane-report.ts'
import { VERSION } from '#client/version.ts'
import type { NodeProgram } from './node-program.ts'

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
