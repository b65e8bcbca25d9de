import type { Condition } from '#api/meta/condition.ts'
import type { PathMatch } from './table/entry.ts'
import type { Origin } from './table/origin.ts'
import type { RoutingTable } from './table/table.ts'

/** A condition that should stand: when it came to be so is for whoever writes it. */
export interface WantedCondition extends Omit<Condition, 'lastTransitionTime' | 'observedGeneration'> {
  /** An older generation is served until this one is: where it says so of that one, that stands. */
  readonly isOlder?: true
}

/** What should stand in an object's status, in its own form (`status` of the kind), of our part of it alone. */
export interface WantedStatus {
  readonly object: Origin
  readonly uid: string
  readonly generation: number
  readonly status: unknown
}

/** What people are told of an object, as an Event: each once, until the object is another. */
export interface News {
  readonly object: Origin
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Which hosts it is about, where it is about hosts: as its object names them, in lower case, '' for all. */
  readonly hosts?: readonly string[]
  /** Which path of theirs, where it is about one. */
  readonly path?: PathMatch
}

/** A port of a site that the kernel serves without a proxy: TCPRoute and UDPRoute. */
export interface KernelPort {
  /** The Gateway whose addresses it is reached by. */
  readonly site: Origin
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly to: readonly {
    readonly weight: number
    readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
    /** Of the Service's port, as endpoints call it. */
    readonly portName: string
  }[]
  /** Whose they are; absent: no route is attached. */
  readonly route?: Origin
  /** The share of connections that are refused, as their backend is not there. */
  readonly refusedWeight: number
}

/**
 * A port that a site's addresses should answer on: of each that has an accepted listener, also where `bindOf` knows none
 * yet. By it the site's Service is made.
 */
export interface WantedPort {
  readonly site: Origin
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly by: 'proxy' | 'kernel'
}

/** A route at a listener that is not served. */
export interface UnservedRoute {
  readonly route: Origin
  /** The Gateway or the ListenerSet that has the listener. */
  readonly owner: Origin
  readonly listener: string
  /** That both have. */
  readonly hostnames: readonly string[]
}

/** All that follows from the API's objects. */
export interface Routes {
  readonly table: RoutingTable
  readonly kernelPorts: readonly KernelPort[]
  readonly wantedPorts: readonly WantedPort[]
  readonly statuses: readonly WantedStatus[]
  readonly unserved: readonly UnservedRoute[]
  readonly news: readonly News[]
}
