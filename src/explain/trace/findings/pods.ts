import type { RefusingNode } from '#placement/obstacle.ts'
import type { ObjectRef } from '../reference.ts'
import type { Trouble } from '../trouble.ts'

/* Reasons why pods are not ready. The first pod’s trouble gives the reason, its facts and the cures. */

export interface PodTrouble {
  readonly pod: ObjectRef
  readonly trouble?: Trouble
}

/** What all of them have. `service`: whose pods they are; left out where a pod was asked by itself. */
export interface TroubledPods {
  readonly service?: ObjectRef
  readonly pods: readonly PodTrouble[]
}

/** No node takes them. `nearest`: the nodes of which least must change, with all that keeps the pod from each. */
export interface PodsPending extends TroubledPods {
  readonly reason: 'pods-pending'
  readonly nearest: readonly RefusingNode[]
  /** A controller wrote all the taints: they go when the nodes recover. */
  readonly taintsOfControllers: boolean
}

/** `known`: images that can be had here, where none of them is like the one that is missing. */
export interface ImageUnknown extends TroubledPods {
  readonly reason: 'image-unknown'
  readonly known: readonly string[]
}

/** `command`: what the container was told to run, where the pod says so. */
export interface PodsCrash extends TroubledPods {
  readonly reason: 'pods-crash'
  readonly command: readonly string[]
}

export interface PodsStarting extends TroubledPods {
  readonly reason: 'pods-starting'
  /** ConfigMaps and Secrets that the pod names and that are not there. */
  readonly missing: readonly ObjectRef[]
}

export interface PodsNotReady extends TroubledPods {
  readonly reason: 'pods-not-ready'
  readonly probe?: ProbeFacts
  /** TCP ports on which the pod listens; left out where nobody could look. */
  readonly open?: readonly number[]
}

export interface ProbeFacts {
  readonly asks: ProbeAction
  readonly timeoutSeconds: number
  readonly periodSeconds: number
  readonly initialDelaySeconds: number
}

/** `host`: left out where the pod has no address. `port`: a number, or the name of one, as it is written. */
export type ProbeAction =
  | {
      readonly kind: 'http'
      readonly scheme: string
      readonly host?: string
      readonly port: string
      readonly path: string
    }
  | { readonly kind: 'tcp' | 'grpc'; readonly host?: string; readonly port: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] }

/** `remade`: a Deployment makes others; `elsewhere`: on a node that is Ready. */
export interface NodeLost extends TroubledPods {
  readonly reason: 'node-lost'
  readonly remade: boolean
  readonly elsewhere: boolean
}
