import type { UsedKind } from '#dataplane/nftables/compile.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import type { AgentAway, AgentOf, StrangerTable } from '../trace/kernels.ts'

/** What the agent of one node told of its kernel, or why it told nothing. By node in ClusterFacts. */
export type ToldKernel = AgentAway | HeardKernel

/** An agent that answered. */
export interface HeardKernel extends AgentOf {
  readonly code: 'heard'
  /** Whose rules the tables of Services have: `foreign`: of another version, whose elements say nothing here. */
  readonly rules: 'ours' | 'foreign' | 'none'
  /** Of what was asked about, and of what tells of the node. */
  readonly elements: readonly Element[]
  readonly kinds: readonly UsedKind[]
  /** Services that the kernel refused, `default/web`, as the agent says. */
  readonly refused: readonly { readonly service: string; readonly message: string }[]
  /** The node itself answers for the cluster's DNS, as the agent says. */
  readonly answersNames: boolean
  /** Services that are still to be written. */
  readonly pending: number
  readonly strangers: readonly StrangerTable[]
}
