import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'

/** A DaemonSet and what there is of it. */
export interface DaemonSetView {
  readonly set: DaemonSet
  /** Names the state of the present template. */
  readonly hash: string
  readonly nodes: readonly Node[]
  /** The set's own, without those that ended and go. */
  readonly pods: readonly Pod[]
  /** Somebody has deleted it. */
  readonly isGoing: (pod: Pod) => boolean
  /** Milliseconds until a pod that failed on the node is replaced again. */
  readonly patience: (node: string) => number
  readonly now: number
}
