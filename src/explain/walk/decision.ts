import type { Service } from '#api/core/service/message.ts'
import type { TrafficPolicy } from '#forwarding/frontend.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Claimed, NodeView } from './node-view.ts'

/** A walk to one address, seen at the node that decides; several nodes that decide alike are one. */
export interface Decision {
  readonly view: NodeView
  readonly nodes: readonly string[]
  readonly claimed: Claimed | undefined
  readonly service: Service | undefined
  readonly policy: TrafficPolicy
  readonly fromNode: boolean
  readonly outcomes: readonly PathOutcome[]
  /** Services that claim this frontend too, and do not have it. */
  readonly lost: readonly string[]
  /** The guard of source ranges turned it away. */
  readonly guarded: boolean
}
