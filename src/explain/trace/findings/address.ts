import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef, Socket } from '../reference.ts'
import type { PortRef } from '../walk/entry.ts'

/* Reasons why an address and port are nobody's. */

/** A port of a Service at the nodes' addresses. */
export interface NodePortOf {
  readonly port: number
  readonly protocol: Protocol
  readonly service: ObjectRef
}

interface NodeAddress {
  readonly name: string
  readonly address: string
}

/** A port of a node’s address that is no node port. */
export interface NodePortUnknown {
  readonly reason: 'node-port-unknown'
  readonly node: string
  readonly port: number
  readonly protocol: Protocol
  /** Those that there are, ten at most. */
  readonly known: readonly NodePortOf[]
  /** Of node ports, where the port lies outside. */
  readonly range?: { readonly from: number; readonly to: number }
}

/** A node port that went when the type changed. */
export interface TypeChanged {
  readonly reason: 'type-changed'
  readonly service: ObjectRef
  readonly type: string
  readonly node: string
  readonly nodePort: number
  readonly protocol: Protocol
  /** Where it answers now. */
  readonly answersAt: readonly Socket[]
}

/** A node port that is asked at an address which is no node’s: a pod’s, the host’s, a ClusterIP, the fabric’s. */
export interface NotANode {
  readonly reason: 'not-a-node'
  readonly address: string
  readonly port: number
  readonly service: ObjectRef
  readonly nodes: readonly NodeAddress[]
}

/** An address of the range of Services that none has. */
export interface ClusterIpUnassigned {
  readonly reason: 'cluster-ip-unassigned'
  readonly address: string
  /** Services that never had one. */
  readonly headless: readonly ObjectRef[]
}

/** An external IP that nobody outside leads to a node. */
export interface ExternalIpNotRouted {
  readonly reason: 'external-ip-not-routed'
  readonly address: string
  readonly service: ObjectRef
}

/** A ClusterIP that is asked from outside of a cluster of others. */
export interface ClusterIpOutside {
  readonly reason: 'cluster-ip-outside'
  readonly address: string
  readonly service: ObjectRef
  /** As it was asked. */
  readonly from: string
}

/** A loopback address, or the sender’s own, and nothing listens there. */
export interface AsksItself {
  readonly reason: 'asks-itself'
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
}

/** An address that is neither a Service’s nor anything of the cluster’s that lives. */
export type NobodyThere = {
  readonly reason: 'nobody-there'
  readonly address: string
} & (
  | {
      readonly range: 'pods'
      /** Whose range of pods it is of. */
      readonly node?: string
    }
  | { readonly range: 'load-balancer'; readonly known: readonly ServiceAddresses[] }
  /** The host’s own, and none of its programs listens. */
  | { readonly range: 'host'; readonly port: number; readonly protocol: Protocol }
  | {
      readonly range: 'outside'
      /** Whether packets of the sender are let out of the cluster. */
      readonly letOut: boolean
    }
)

interface ServiceAddresses {
  readonly service: ObjectRef
  readonly addresses: readonly string[]
}

/** A port that nobody could look at, and of which nobody says that a program listens there. */
export type ListenerUnknown = {
  readonly reason: 'listener-unknown'
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
} & (
  | { readonly of: 'pod'; readonly pod: ObjectRef; readonly declared: readonly PortRef[] }
  | {
      readonly of: 'node'
      readonly node: string
      readonly range: { readonly from: number; readonly to: number }
      readonly nodePorts: readonly NodePortOf[]
    }
  | { readonly of: 'outside' }
)
