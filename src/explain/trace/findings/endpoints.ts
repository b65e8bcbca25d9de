import type { ObjectRef } from '../reference.ts'

/* Reasons why a Service has no endpoint that could be chosen. */

/** A Deployment, or a ReplicaSet of nobody’s, makes the Service’s pods, and was told to make none. */
export interface ScaledToZero {
  readonly reason: 'scaled-to-zero'
  readonly service: ObjectRef
  readonly workload: ObjectRef
}

/** All pods are on their way out and not ready any more. `workload`: what makes them, and was told to make none. */
export interface OnlyTerminating {
  readonly reason: 'only-terminating'
  readonly service: ObjectRef
  readonly pods: readonly LeavingPod[]
  readonly workload?: ObjectRef
}

export interface LeavingPod {
  readonly pod: ObjectRef
  /** RFC 3339: when its grace ends. */
  readonly until: string
  readonly graceSeconds: number
  /** What holds it beyond that. */
  readonly finalizers: readonly string[]
  readonly owner?: ObjectRef
}

/** Pods are ready, and their endpoints are not written yet. */
export interface EndpointsLate {
  readonly reason: 'endpoints-late'
  readonly service: ObjectRef
  readonly pods: readonly ObjectRef[]
}

/** A label hands the Service to another proxy. */
export interface NotProxied {
  readonly reason: 'not-proxied'
  readonly service: ObjectRef
  readonly label: string
}
