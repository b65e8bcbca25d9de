/**
 * Why a node may not take a pod. The codes are for programs; `event-text.ts` has Kubernetes' words for them. Amounts are
 * in thousandths, pods are `namespace/name`.
 */
export type Obstacle =
  /** It is cordoned. */
  | { readonly code: 'unschedulable' }
  /** The first taint that the pod does not tolerate. */
  | { readonly code: 'untolerated-taint'; readonly taint: TaintFacts }
  /** Pairs of the pod's nodeSelector that the node's labels have not. */
  | { readonly code: 'node-selector'; readonly missing: Readonly<Record<string, string>> }
  /** No term of the required node affinity fits. */
  | { readonly code: 'node-affinity' }
  /** `ip`: as the pod wants it, `0.0.0.0` for all addresses; `holder`: the pod that has the port. */
  | {
      readonly code: 'host-port-taken'
      readonly protocol: string
      readonly ip: string
      readonly port: number
      readonly holder: string
    }
  | { readonly code: 'too-many-pods'; readonly most: number }
  | { readonly code: 'insufficient'; readonly resource: string; readonly asked: number; readonly free: number }
  /** The node stands in no domain of a topologySpreadConstraint. */
  | { readonly code: 'spread-label-missing'; readonly topologyKey: string }
  /** `skew`: with the pod there. */
  | { readonly code: 'spread'; readonly topologyKey: string; readonly skew: number; readonly maxSkew: number }
  | { readonly code: 'pod-affinity'; readonly topologyKey: string }
  /** `other`: a pod in the node's domain that this one must not meet. */
  | { readonly code: 'pod-anti-affinity'; readonly topologyKey: string; readonly other: string }
  /** `other`: a pod in the node's domain that will not have this one there. */
  | { readonly code: 'existing-pod-anti-affinity'; readonly topologyKey: string; readonly other: string }
  /** `holder`: the pod that has the claim, which one alone may use (ReadWriteOncePod). */
  | { readonly code: 'claim-taken'; readonly claim: string; readonly holder: string }
  /** The volume that the claim has may not be used there. */
  | { readonly code: 'volume-elsewhere'; readonly claim: string; readonly volume: string }
  | { readonly code: 'volume-not-found'; readonly claim: string; readonly volume: string }
  /** No volume is there that the claim could have, and none can be made. */
  | { readonly code: 'no-volume'; readonly claim: string }
  | ClaimObstacle

/** What of a pod's claims keeps it from every node alike. */
export type ClaimObstacle =
  | { readonly code: 'claim-not-found'; readonly claim: string }
  /** It is made for an ephemeral volume of the pod, and not there yet. */
  | { readonly code: 'claim-awaited'; readonly claim: string }
  /** It has the name of the pod's own, and was not made for it. Both are `namespace/name`. */
  | { readonly code: 'claim-of-another'; readonly claim: string; readonly pod: string }
  | { readonly code: 'claim-leaving'; readonly claim: string }
  /** `volume`: the one that it had, which is gone. */
  | { readonly code: 'claim-lost'; readonly claim: string; readonly volume: string }
  /** They are to have their volumes before a pod is placed, and have none. */
  | { readonly code: 'claims-unbound'; readonly claims: readonly string[] }

export interface TaintFacts {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

/** A node by name, and what keeps a pod from it. */
export interface RefusingNode {
  readonly node: string
  readonly obstacles: readonly Obstacle[]
}
