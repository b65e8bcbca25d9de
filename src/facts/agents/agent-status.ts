import type { PartState } from '#agent/runner/part.ts'
import type { NodeReport } from '#agent/server/agent-api.ts'

/** What the agent of a node answers at `/status` of its socket. */
export interface AgentStatus {
  readonly node: string
  readonly version: string
  /** All parts that were asked for are ready. */
  readonly ready: boolean
  /** What is not known of the node, in words. */
  readonly missing?: string
  readonly parts: readonly PartState[]
  /** Of the Services in this node's kernel; `services`: those that are told to it. */
  readonly dataplane: NodeReport['dataplane']
}
