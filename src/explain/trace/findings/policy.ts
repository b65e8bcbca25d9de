import type { ObjectRef, Socket } from '../reference.ts'
import type { NodeSilence } from '../trouble.ts'

/* Reasons of nodes, and of what a Service’s policies keep from them. */

/** A node on the way is not Ready. */
export interface NodeNotReady {
  readonly reason: 'node-not-ready'
  readonly node: string
  readonly silence: NodeSilence
  /** The sender is there. */
  readonly ofSender: boolean
  /** The packet comes there first. */
  readonly isAsked: boolean
  /** Backends that live there. */
  readonly backends: readonly Socket[]
}

/** Policy Local, and none of these nodes has an endpoint. */
export interface NoLocalEndpoint {
  readonly reason: 'no-local-endpoint'
  readonly service: ObjectRef
  readonly policy: 'internalTrafficPolicy' | 'externalTrafficPolicy'
  readonly nodes: readonly string[]
  /** Nodes that have one. */
  readonly having: readonly string[]
  /** The load balancer leads to none of those. */
  readonly unbalanced: boolean
}

/** loadBalancerSourceRanges does not name the sender. */
export interface SourceRange {
  readonly reason: 'source-range'
  readonly service: ObjectRef
  readonly address: string
  readonly source: string
  readonly ranges: readonly string[]
}

/** A node translates and keeps the sender’s address, and the reply passes it by. */
export interface ReplyAstray {
  readonly reason: 'reply-astray'
  readonly service: ObjectRef
  readonly nodes: readonly string[]
}

/** The load balancer may send to no node that could answer. */
export interface NoEligibleNode {
  readonly reason: 'no-eligible-node'
  readonly service: ObjectRef
  /** Nodes that it sends to; they have no endpoint, and the policy is Local. */
  readonly eligible: readonly string[]
  /** The others, ten at most, and why. */
  readonly excluded: readonly ExcludedNode[]
}

/** `label`: which keeps it out; else it is not Ready. */
export interface ExcludedNode {
  readonly node: string
  readonly label?: string
  readonly silence?: NodeSilence
}
