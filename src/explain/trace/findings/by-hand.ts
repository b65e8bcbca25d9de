import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef } from '../reference.ts'
import type { Labelled } from './selector.ts'

/* Reasons of EndpointSlices that people write, for Services that select nothing. */

/** No selector, and nobody wrote endpoints. */
export interface NoSelector {
  readonly reason: 'no-selector'
  readonly service: ObjectRef
  readonly family?: IpFamily
  /** There are endpoints, of another family. */
  readonly hasOtherFamily: boolean
  /** EndpointSlices of no Service, two at most. */
  readonly orphans: readonly OrphanSlice[]
  /** Labels that are like the Service’s name. */
  readonly near: readonly Labelled[]
  /** The name that a port of a slice needs; left out where no port was found. */
  readonly portName?: string
}

/** `service`: the name of the one that it says it is of, which is not there. */
interface OrphanSlice {
  readonly slice: ObjectRef
  readonly service?: string
}

/** Whoever wrote the endpoints says that they are not ready. */
export interface EndpointsNotReady {
  readonly reason: 'endpoints-not-ready'
  readonly service: ObjectRef
  readonly addresses: readonly string[]
  readonly slices: readonly ObjectRef[]
}

/** EndpointSlices call the port otherwise than the Service: the name joins them, not the number. */
export interface EndpointPortUnknown {
  readonly reason: 'endpoint-port-unknown'
  readonly service: ObjectRef
  readonly port: number
  readonly protocol: Protocol
  readonly portName?: string
  readonly slices: readonly SlicePorts[]
}

interface SlicePorts {
  readonly slice: ObjectRef
  readonly ports: readonly SlicePort[]
}

/** Without a number it is any port. */
export interface SlicePort {
  readonly port?: number
  readonly protocol: Protocol
  readonly name?: string
}

/** An endpoint has an address that no pod has. */
export interface EndpointGone {
  readonly reason: 'endpoint-gone'
  readonly service: ObjectRef
  readonly address: string
  readonly port: number
  /** Where somebody wrote it; left out where the EndpointSlice controller did. */
  readonly slice?: ObjectRef
  /** The slice is a mirror of the Endpoints of the Service’s name. */
  readonly mirrored: boolean
}
