import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef } from '../reference.ts'

/** What the policies of one end of a connection say of it. */
export interface PolicyWord {
  /** Where that end lives, and where it is asked. */
  readonly node: string
  readonly direction: 'ingress' | 'egress'
  readonly pod: ObjectRef
  readonly other: PolicyEnd
  readonly port: number
  readonly protocol: Protocol
  readonly passes: boolean
  /** NetworkPolicies that isolate the pod in that direction: what none of them lets pass is dropped. */
  readonly isolatedBy: readonly ObjectRef[]
  /** Whose rule decides; left out where no rule speaks of it. */
  readonly by?: PolicyRule
}

/** A rule of a policy. */
export interface PolicyRule {
  readonly policy: ObjectRef
  /** `spec.ingress[0].from[1]` */
  readonly path: string
  readonly action: 'Accept' | 'Deny' | 'Pass'
  /** Of a ClusterNetworkPolicy. */
  readonly tier?: 'Admin' | 'Baseline'
  readonly priority?: number
}

/** The other end, as policies see it: after translation, and before masquerade where that is done at the same node. */
export interface PolicyEnd {
  readonly address: string
  readonly pod?: ObjectRef
  readonly node?: string
  /** The sender’s own address, which a node has put its own in place of. */
  readonly insteadOf?: string
}
