import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef, Socket } from '../reference.ts'

/** Whether a program takes what is sent to a port. `unknown`: nobody could look. */
export type Listens = 'yes' | 'no' | 'loopback-only' | 'unknown'

/** The last part of the way: to the backend’s node, into the pod, to its port. */
export interface Arrival extends Socket {
  readonly protocol: Protocol
  /** Where the address lives; left out where nothing of the cluster has it. */
  readonly home?: Home
  readonly end: ArrivalEnd
  /** Policies drop it before. */
  readonly denied?: true
}

export interface Home {
  readonly node: string
  /** Seen from the nodes that send there: on the one, on another, or on one of several. */
  readonly from: 'here' | 'elsewhere' | 'either'
  /** The address of that node. */
  readonly via?: string
}

export interface DeclaredPort {
  readonly container: string
  readonly name?: string
  readonly port: number
}

export type ArrivalEnd =
  | {
      readonly code: 'pod'
      readonly pod: ObjectRef
      readonly listens: Listens
      readonly declared?: DeclaredPort
      /** What its containers declare instead. */
      readonly others: readonly DeclaredPort[]
    }
  /** Nothing translates a headless Service’s port, and the pod is told to listen on others. */
  | {
      readonly code: 'pod-told-otherwise'
      readonly pod: ObjectRef
      readonly told: readonly number[]
      readonly declared?: DeclaredPort
      readonly others: readonly DeclaredPort[]
    }
  /** A program of a node’s own, or of the host’s. */
  | { readonly code: 'program'; readonly onHost: boolean; readonly listens: Listens }
  | { readonly code: 'health-check'; readonly onHost: boolean; readonly service: ObjectRef }
  | { readonly code: 'node-port-of-nobody'; readonly onHost: boolean }
  | { readonly code: 'no-pod' }
  | { readonly code: 'leaves'; readonly by: 'host' | 'routes' | 'nothing' }
