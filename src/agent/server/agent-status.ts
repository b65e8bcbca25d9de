import type { PartState } from '../runner/part.ts'
import type { NodeReport } from './agent-api.ts'

/** What the agent of a node on somebody's cluster answers at `/status` of its socket; `fairlead status --kubeconfig` prints it. */
export interface AgentStatus {
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
