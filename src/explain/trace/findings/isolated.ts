import type { Protocol } from '#net/port-protocol.ts'
import type { PolicyEnd, PolicyRule } from '../policies/word.ts'
import type { ObjectRef } from '../reference.ts'

/* Reasons of NetworkPolicies and ClusterNetworkPolicies: a pod may not be asked, or may not ask. */

interface Stopped {
  readonly direction: 'ingress' | 'egress'
  /** Whose policies stop it: of ingress those that are asked, of egress those that ask. */
  readonly pods: readonly ObjectRef[]
  /** With whom. */
  readonly others: readonly PolicyEnd[]
  readonly port: number
  readonly protocol: Protocol
  /** What of these policies could not be read, and stands closed. */
  readonly faults: readonly PolicyFaults[]
}

export interface PolicyFaults {
  readonly policy: ObjectRef
  /** With the field, and the way out. */
  readonly faults: readonly string[]
}

/** NetworkPolicies isolate the pods, and no rule of theirs lets it pass. */
export interface PolicyIsolates extends Stopped {
  readonly reason: 'policy-isolates'
  readonly policies: readonly ObjectRef[]
  /** The rule of which least is missing; left out where they have none. */
  readonly nearest?: NearestRule
}

/** A ClusterNetworkPolicy denies it, by a rule that is asked before all others that speak of it. */
export interface PolicyDenies extends Stopped {
  readonly reason: 'policy-denies'
  readonly rule: PolicyRule
}

/** The cluster’s DNS may not be asked by pods that NetworkPolicies isolate: names do not resolve there. */
export interface DnsForgotten {
  readonly reason: 'dns-forgotten'
  readonly pods: readonly ObjectRef[]
  readonly policies: readonly ObjectRef[]
  readonly port: number
  /** Over which it may not be asked. */
  readonly protocols: readonly Protocol[]
  /** The rule that most nearly lets it; left out where none comes near. */
  readonly nearest?: NearestRule
}

export interface NearestRule {
  readonly policy: ObjectRef
  /** `spec.ingress[0].from[1]` */
  readonly path: string
  readonly missing: readonly Missing[]
}

/** Why a rule does not speak of a connection. */
export type Missing =
  | { readonly code: 'pod-label'; readonly pod: ObjectRef; readonly wanted: WantedLabel; readonly has?: string }
  | {
      readonly code: 'namespace-label'
      readonly namespace: string
      readonly wanted: WantedLabel
      readonly has?: string
    }
  /** A podSelector alone means pods of the policy’s own namespace. */
  | { readonly code: 'other-namespace'; readonly pod: ObjectRef; readonly meant: string }
  /** What the pods of the cluster’s DNS would need, that nodes answer for. */
  | { readonly code: 'dns-label'; readonly wanted: WantedLabel; readonly has?: string }
  | { readonly code: 'dns-namespace'; readonly namespace: string; readonly meant: string }
  /** It means the ClusterIP of the Service that led there, which policies never see. */
  | { readonly code: 'service-address'; readonly service: ObjectRef; readonly address: string }
  /** Selectors mean pods, and this is none. */
  | { readonly code: 'no-pod'; readonly end: PolicyEnd }
  | { readonly code: 'no-node'; readonly end: PolicyEnd }
  | { readonly code: 'excepted'; readonly address: string; readonly cidr: string; readonly except: string }
  | { readonly code: 'outside-block'; readonly address: string; readonly cidr: string }
  /**
   * It speaks of these alone. `called`: how the pod calls the port that is asked, where it speaks of names; `servicePort`: that
   * is the Service’s own port, which leads to another of the pod.
   */
  | {
      readonly code: 'port'
      readonly ports: readonly MeantPort[]
      readonly called?: readonly string[]
      readonly servicePort?: { readonly service: ObjectRef; readonly port: number; readonly target: number }
    }
  /** What of it cannot be read lets nobody pass. */
  | { readonly code: 'unreadable' }

/** A condition on a label, as selectors have it. */
export interface WantedLabel {
  readonly key: string
  readonly operator: 'in' | 'notin' | 'exists' | 'absent'
  readonly values: readonly string[]
}

/** Ports of a rule: by numbers, all of a protocol, or by a name that is looked up at the pod that is asked. */
export interface MeantPort {
  readonly protocol?: Protocol
  readonly first?: number
  readonly last?: number
  readonly name?: string
}
