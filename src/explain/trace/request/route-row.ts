import type { ObjectRef } from '../reference.ts'
import type { RuleMatch } from './route-ref.ts'
import type { Deed } from './step.ts'

/** A match of a rule at a listener, as `fairlead routes` lists it. */
export interface RouteRow {
  /** The Gateway, or the class of Ingresses; left out of a route that is attached to none. */
  readonly gateway?: ObjectRef
  readonly addresses: readonly string[]
  readonly port?: number
  readonly protocol?: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP' | 'UDP'
  readonly listener?: string
  readonly hostnames: readonly string[]
  /** Left out of what the kernel forwards, and of what is not attached. */
  readonly match?: RuleMatch
  readonly filters: readonly Deed[]
  readonly to: RowTarget
  /** Of a listener that is not served whoever has it, and in rows of their own the routes there. */
  readonly route: ObjectRef
  readonly rule?: number
  readonly state: RowState
  /** Pods of the gateway that serve it otherwise, or not; none where all that were asked agree. */
  readonly differs: readonly string[]
}

export type RowTarget =
  | { readonly code: 'backends'; readonly shares: readonly RowShare[] }
  | { readonly code: 'redirect'; readonly status: number }
  | { readonly code: 'answer'; readonly status: number }
  | { readonly code: 'nothing' }

export interface RowShare {
  readonly weight: number
  readonly service?: ObjectRef
  readonly port?: number
  /** What is answered, where it leads nowhere. */
  readonly status?: number
}

/**
 * `no-endpoints`: nobody is behind these Services; `status`: what the gateway answers then, in place of a connection that comes to nothing.
 * `refusing`: the kernel refuses all connections, as no route is attached, or none of its backends is there, or so large a share of them.
 * `no-pods`: no pod of the gateways is ready to serve it; `pods`: those that are there.
 * `waiting`: it is served, and some of it has to wait.
 * `stale`: a pod serves it, and it is not asked for any more. `refused`: the proxies do not take it, or its listener.
 * `unresolved`: some share leads nowhere. `not-served`: nobody answers at the listener. `left-out`: some of the route, or of the Ingress, has no effect.
 * `unused-default`: another Ingress has all paths of the host, and leaves its default backend nothing.
 */
export type RowState =
  | { readonly code: 'served' | 'stale' }
  | {
      readonly code: 'no-endpoints'
      readonly of: readonly { readonly service: ObjectRef; readonly port: number }[]
      readonly status?: number
    }
  | { readonly code: 'refusing'; readonly why: 'no-route' | 'no-backend' }
  | { readonly code: 'refusing'; readonly why: 'share'; readonly weight: number; readonly of: number }
  | { readonly code: 'no-pods'; readonly pods: readonly string[] }
  | { readonly code: 'refused' | 'unresolved' | 'waiting'; readonly message: string }
  | { readonly code: 'not-served' | 'left-out'; readonly because: string; readonly message: string }
  | { readonly code: 'unused-default'; readonly by: ObjectRef }
  | { readonly code: 'not-attached'; readonly because: string; readonly message?: string }
