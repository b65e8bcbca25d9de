import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef, Socket } from '../reference.ts'
import type { DeclaredPort } from '../walk/arrival.ts'

/* Reasons why a backend does not take what is sent to its port. */

/** What a container was told to run. */
export interface ContainerCommand {
  readonly container: string
  readonly argv: readonly string[]
}

/** A targetPort by name that no container declares. */
export interface TargetPortUnknown {
  readonly reason: 'target-port-unknown'
  readonly service: ObjectRef
  readonly targetPort: string
  readonly protocol: Protocol
  readonly declared: readonly DeclaredPort[]
  /** Ports that the pods listen on, where it is known. */
  readonly open: readonly number[]
}

/** What is known of a pod at whose port nothing listens. */
interface ClosedPod {
  readonly pod: ObjectRef
  readonly port: number
  readonly protocol: Protocol
  /** Left out where nobody could look. */
  readonly open?: readonly number[]
  readonly declared: readonly DeclaredPort[]
}

/** Nothing listens on the targetPort. */
export interface TargetPortClosed extends ClosedPod {
  readonly reason: 'target-port-closed'
  /** Left out where the pod was asked directly. */
  readonly service?: ObjectRef
  /** Its name, where it has one. */
  readonly targetPort?: string
  /** Of containers that listen on nothing. */
  readonly commands: readonly ContainerCommand[]
}

/** The program listens at its loopback address alone. */
export interface ListensOnLoopback {
  readonly reason: 'listens-on-loopback'
  readonly pod: ObjectRef
  readonly port: number
  readonly protocol: Protocol
  readonly sockets: readonly Socket[]
  readonly commands: readonly ContainerCommand[]
}

/** A headless Service translates no port. `told`: what its pods are told to listen on is all that is known. */
export interface HeadlessPort extends ClosedPod {
  readonly reason: 'headless-port'
  readonly service: ObjectRef
  readonly told: boolean
}

/** Nothing listens at an endpoint that is no pod: the host, or a program of a node. */
export interface EndpointClosed {
  readonly reason: 'endpoint-closed'
  readonly service: ObjectRef
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly onLoopback: boolean
  readonly open: readonly number[]
}
