import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef, Socket } from '../reference.ts'

/** The way from the sender to the node that meets the packet first, or to none. `assumed`: if the network outside leads there. */
export type Entry =
  | { readonly way: 'from-node' | 'from-pod'; readonly node: string }
  | {
      readonly way: 'node' | 'node-of-pods'
      readonly address: string
      readonly node: string
      readonly assumed: boolean
    }
  /** A Service’s address leads to any node. */
  | { readonly way: 'any-node' }
  /** An external IP: any node answers for it, once one is reached. */
  | { readonly way: 'any-node-once-reached'; readonly address: string }
  | { readonly way: 'no-route' | 'nothing-there'; readonly address: string }
  | { readonly way: 'cluster-ip-from-outside' }
  | Balanced

/** What the load balancer does with a packet for one of its addresses. */
export type Balanced = { readonly way: 'balanced'; readonly to: Socket; readonly protocol: Protocol } & (
  | { readonly nodes: readonly string[]; readonly refused: false }
  | { readonly nodes: readonly string[]; readonly refused: boolean; readonly why: BalancedNowhere }
)

export type BalancedNowhere =
  | { readonly code: 'no-service' }
  | { readonly code: 'no-node' }
  | { readonly code: 'not-served'; readonly services: readonly ObjectRef[]; readonly ports: readonly PortRef[] }

export interface PortRef {
  readonly port: number
  readonly protocol: Protocol
  readonly name?: string
}
