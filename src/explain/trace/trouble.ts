import type { RefusingNode } from '#placement/obstacle.ts'

/** What the API says of a node that is not Ready; `told: false`: its kubelet never told of it. */
export type NodeSilence =
  | { readonly told: false }
  | { readonly told: true; readonly status: string; readonly since?: string; readonly message?: string }

/**
 * What keeps a pod from being ready. `message` and `failure` quote what the cluster itself said: the scheduler, a
 * kubelet, a container.
 */
export type Trouble =
  | { readonly kind: 'ended'; readonly phase: string }
  | { readonly kind: 'leaving'; readonly ready: boolean }
  /** `message`: what a scheduler said of it last. */
  | { readonly kind: 'unscheduled'; readonly why: Unplaced; readonly message?: string }
  /** `silence` is left out where the node is lost to the pod’s conditions alone. */
  | { readonly kind: 'node'; readonly node: string; readonly silence?: NodeSilence }
  | {
      readonly kind: 'image'
      readonly container: string
      readonly image: string
      /** `ErrImagePull`, `ImagePullBackOff`, `InvalidImageName` */
      readonly state: string
      readonly message?: string
    }
  | {
      readonly kind: 'crash'
      readonly container: string
      readonly exitCode: number
      readonly signal?: number
      /** `OOMKilled`, `Error` */
      readonly state?: string
      /** It is started again and again, and waits in between. */
      readonly backOff: boolean
      /** Another one ended before, and its log is to be had. */
      readonly previous: boolean
      /** What it left in its termination message. */
      readonly said?: string
    }
  | { readonly kind: 'waiting'; readonly container: string; readonly state?: string; readonly message?: string }
  | {
      readonly kind: 'probe'
      readonly container: string
      /** Which one fails, and how; left out where the kubelet has not said anything. */
      readonly failed?: 'readiness' | 'startup'
      readonly failure?: string
    }
  | { readonly kind: 'gate'; readonly gate: string }
  /** Of one container, or of the pod as a whole. `startup`: its startup probe still has time; `failure`: how it failed last. */
  | {
      readonly kind: 'starting'
      readonly container?: string
      readonly startup?: true
      readonly failure?: string
      readonly phase?: string
      readonly message?: string
    }

/** Why a pod has no node yet, as the rules by which schedulers place pods have it. */
export type Unplaced =
  /** What each node refuses it for first; none where there is no node. */
  | { readonly code: 'unschedulable'; readonly refused: readonly RefusingNode[] }
  /** It says itself that it is not to be placed yet. */
  | { readonly code: 'gated'; readonly gates: readonly string[] }
  | { readonly code: 'other-scheduler'; readonly scheduler: string }
  /** These nodes may take it: its scheduler has not come to it yet, or knows more than these rules. */
  | { readonly code: 'waiting'; readonly nodes: readonly string[] }
