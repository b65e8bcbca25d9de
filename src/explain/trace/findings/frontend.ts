import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { KernelDifference } from '../kernels.ts'
import type { ObjectRef } from '../reference.ts'
import type { Sender } from '../sender.ts'
import type { PortRef } from '../walk/entry.ts'

/* Reasons why a Service does not answer at an address or a port. */

/** Not a port of the Service, or not over this protocol. */
export interface PortNotServed {
  readonly reason: 'port-not-served'
  readonly service: ObjectRef
  readonly protocol: Protocol
  /** A number, or the name of a port; left out where the Service has no port of that protocol. */
  readonly port?: string
  /** Where it was asked; left out where it was asked by name. */
  readonly address?: string
  readonly serves: readonly PortRef[]
  /** It is one of its node ports. */
  readonly isNodePort: boolean
  /** Over which it is served. */
  readonly servedOver?: Protocol
  /** Ports of the Service that lead there: it is where its pods listen. */
  readonly targetOf: readonly number[]
  /** Which answers there, since it shares the address. */
  readonly sharedWith?: ObjectRef
}

/** No address of this family. */
export type FamilyMissing = {
  readonly reason: 'family-missing'
  readonly family: IpFamily
} & (
  | {
      readonly of: 'service'
      readonly service: ObjectRef
      /** Families; none where it has no address at all yet. */
      readonly has: readonly string[]
      readonly policy: string
    }
  | { readonly of: 'pods'; readonly service: ObjectRef; readonly pods: readonly PodAddresses[] }
  | {
      readonly of: 'sender'
      readonly sender: Sender
      /** What it asks. */
      readonly address: string
      readonly has: readonly string[]
    }
)

interface PodAddresses {
  readonly pod: ObjectRef
  readonly addresses: readonly string[]
}

/** No load balancer address yet. */
export interface LoadBalancerPending {
  readonly reason: 'load-balancer-pending'
  readonly service: ObjectRef
  /** What was last told of it, quoted. */
  readonly warning?: string
  readonly cause?:
    | { readonly code: 'other-class'; readonly class: string }
    /** A cluster of others: what gives out addresses there is not known. */
    | { readonly code: 'others-give' }
    /** The cluster was started so that nobody does. */
    | { readonly code: 'nobody-gives' }
}

/** An older Service has the same address and port. */
export interface LostClaim {
  readonly reason: 'lost-claim'
  readonly service: ObjectRef
  readonly winner: ObjectRef
  /** Left out of a node port. */
  readonly address?: string
  readonly port: number
  readonly protocol: Protocol
}

/** Kernels that do not hold what the objects say, as their agents told: what they do is walked. */
export interface KernelBehind {
  readonly reason: 'kernel-behind'
  readonly service: ObjectRef
  readonly nodes: readonly string[]
  readonly differences: readonly KernelDifference[]
  /** The kernel's own, where it refused the Service. */
  readonly message?: string
}

/** Kernels that refused the Service. */
export interface NotApplied {
  readonly reason: 'not-applied'
  readonly service: ObjectRef
  readonly nodes: readonly string[]
  /** What the first of them said. */
  readonly message: string
}
