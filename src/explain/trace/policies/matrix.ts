import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { objectKey } from '#objects/object-key.ts'

/** Pods of which nothing that policies look at differs. */
export interface PodGroup {
  readonly namespace: string
  /** `web`: the name of what makes the pods, or a pod's own; of several lots of one that policies tell apart, each is called by its first pod. */
  readonly name: string
  readonly pods: readonly string[]
  /** Those that it is asked at. */
  readonly ports: readonly number[]
  /** NetworkPolicies that isolate it, `shop/deny-all`. */
  readonly isolatedBy: { readonly ingress: readonly string[]; readonly egress: readonly string[] }
}

/** What one end says. */
export interface MatrixWord {
  readonly passes: boolean
  /** NetworkPolicies that isolate it, `shop/deny-all`. */
  readonly isolatedBy: readonly string[]
  /** Whose rule decides, `NetworkPolicy shop/allow-web`, and which, `spec.ingress[0]`. */
  readonly policy?: string
  readonly rule?: string
}

export interface MatrixCell {
  /** `shop/web` */
  readonly from: string
  readonly to: string
  readonly port: number
  readonly passes: boolean
  readonly egress: MatrixWord
  readonly ingress: MatrixWord
}

export interface Matrix {
  readonly protocol: Protocol
  readonly family: IpFamily
  /** How many policies there are. */
  readonly policies: number
  readonly groups: readonly PodGroup[]
  readonly cells: readonly MatrixCell[]
}

export const nameOfGroup = ({ namespace, name }: PodGroup): string => objectKey(namespace, name)
