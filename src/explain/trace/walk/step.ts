import type { Protocol } from '#net/port-protocol.ts'
import type { PolicyWord } from '../policies/word.ts'
import type { ObjectRef, Socket } from '../reference.ts'
import type { RequestStep } from '../request/step.ts'
import type { Sender } from '../sender.ts'
import type { Arrival, Listens } from './arrival.ts'
import type { Candidate } from './candidate.ts'
import type { Balanced, Entry, PortRef } from './entry.ts'

/** One step of the question’s answer, in order: whom it is about, then the way of the packet. */
export type Step = SenderStep | NameStep | DestinationStep | WayStep | NodeStep | RequestStep

/** A workload or a Service stands for one of its pods. */
export interface SenderStep {
  readonly code: 'sender-chosen'
  readonly workload: ObjectRef
  readonly pod: ObjectRef
  readonly of: number
}

export type NameStep =
  | { readonly code: 'localhost' }
  | {
      readonly code: 'name-of-service'
      readonly name: string
      readonly fullName: string
      readonly service: ObjectRef
      /** What it would lead to: the sender gets no answer from the DNS, and a finding says why. */
      readonly unanswered?: true
    }
  | {
      readonly code: 'name-of-addresses'
      readonly name: string
      readonly fullName: string
      readonly addresses: readonly string[]
      readonly unanswered?: true
    }
  | { readonly code: 'external-name'; readonly service: ObjectRef; readonly target: string }

/** Which port was taken where none was asked for, and of which. */
export interface ChosenPort {
  readonly chosen: PortRef
  readonly of: readonly PortRef[]
}

export type DestinationStep =
  | { readonly code: 'headless'; readonly service: ObjectRef; readonly addresses: readonly string[] }
  | {
      readonly code: 'service-address'
      readonly service: ObjectRef
      readonly role: 'cluster-ip' | 'load-balancer'
      readonly addresses: readonly string[]
      readonly port?: ChosenPort
    }
  | { readonly code: 'service-node-port'; readonly service: ObjectRef; readonly node: string; readonly port: number }
  | {
      readonly code: 'node-address-outside'
      readonly address: string
      readonly node: string
      /** What the network turns it to. */
      readonly inner: string
    }
  | { readonly code: 'port-chosen'; readonly address: string; readonly port: ChosenPort }

/** Off the nodes: at the sender, in the fabric, outside. */
export type WayStep =
  | {
      readonly code: 'sent'
      readonly from: string
      readonly to: Socket
      readonly protocol: Protocol
      readonly entry: Entry
      /** Where that is another than who asks: a gateway’s pod. */
      readonly sender?: Sender
    }
  /** It never leaves the sender. */
  | {
      readonly code: 'itself'
      readonly to: Socket
      readonly protocol: Protocol
      readonly listens: Listens
      readonly sender?: Sender
    }
  | { readonly code: 'balanced'; readonly entry: Balanced }
  /** A load balancer of others takes it itself. */
  | { readonly code: 'load-balancer-outside'; readonly address: string }
  | { readonly code: 'leaves'; readonly address: string; readonly by: 'host' | 'routes' | 'nothing' }
  | {
      readonly code: 'reply-astray'
      readonly nodes: readonly string[]
      readonly source: string
      readonly backends: readonly string[]
    }
  /** Further addresses of a headless Service, to which it goes alike. */
  | { readonly code: 'more-alike'; readonly addresses: number }

/** At the nodes that do the same with the packet; of several the fabric takes one. */
export type NodeStep = { readonly nodes: readonly string[] } & (
  | {
      readonly code: 'frontend'
      readonly hook: EntryHook
      readonly to: Socket
      readonly protocol: Protocol
      readonly kind: 'cluster-ip' | 'external-ip' | 'load-balancer' | 'node-port' | 'host-port'
      /** The pod, of a host port. */
      readonly service: ObjectRef
      readonly portName?: string
      /** Services that claim it too, and do not have it. */
      readonly lost: readonly ObjectRef[]
    }
  | {
      readonly code: 'no-frontend'
      readonly hook: EntryHook
      readonly to: Socket
      readonly protocol: Protocol
      readonly does: 'refuse' | 'drop' | 'pass-on'
    }
  | { readonly code: 'guard'; readonly source: string; readonly ranges: readonly string[] }
  | {
      readonly code: 'endpoints'
      readonly policy: 'internalTrafficPolicy' | 'externalTrafficPolicy'
      readonly value: 'Cluster' | 'Local'
      /** Policy Local, which does not bind this sender. */
      readonly spared: boolean
      readonly candidates: readonly Candidate[]
    }
  | { readonly code: 'choice'; readonly protocol: Protocol; readonly choice: Choice }
  | { readonly code: 'translation'; readonly from: Socket; readonly protocol: Protocol; readonly to: readonly Socket[] }
  | { readonly code: 'postrouting'; readonly source: string; readonly does: SourceFate }
  | {
      readonly code: 'policies'
      /** Of the ends that live there, and that policies say something of. */
      readonly words: readonly PolicyWord[]
      /** Over which the sender may not ask the cluster’s DNS, which its policies may have forgotten. */
      readonly noDns: readonly Protocol[]
    }
  /** What the node hands to itself does not meet postrouting. */
  | { readonly code: 'input'; readonly source: string }
  | { readonly code: 'route'; readonly arrivals: readonly Arrival[] }
  | { readonly code: 'arrival'; readonly arrival: Arrival }
  | { readonly code: 'next-node'; readonly address: string; readonly node: string }
)

type EntryHook = 'prerouting' | 'output'

export type Choice =
  /** Endpoints, and none on this node. */
  | { readonly kind: 'drop' }
  /** No endpoint at all. */
  | { readonly kind: 'refuse' }
  | { readonly kind: 'pick'; readonly of: number; readonly affinity?: Affinity }

export interface Affinity {
  readonly seconds: number
  /** False where several nodes may get the client’s connections, each with a memory of its own. */
  readonly held: boolean
}

/** `own`: it is the node’s already. `keep-or-itself`: masqueraded only where the sender meets itself. */
export type SourceFate = 'own' | 'keep' | 'masquerade' | 'masquerade-to-itself' | 'keep-or-itself'
