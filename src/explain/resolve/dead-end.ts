import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { OtherResolver } from '../trace/resolver.ts'

/** What a name leads to. */
export type Found =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }

/** Where a question leads to no address: what was looked for, and what was found instead. */
export type DeadEnd =
  | { readonly kind: 'service-unknown'; readonly namespace: string; readonly name: string; readonly port?: string }
  | {
      readonly kind: 'port-missing'
      readonly service: Service
      readonly port: string | undefined
      readonly protocol: Protocol
    }
  /** `addresses`: what it has instead. */
  | { readonly kind: 'family-missing'; readonly service: Service; readonly addresses: readonly string[] }
  | { readonly kind: 'load-balancer-pending' | 'headless-empty'; readonly service: Service }
  | { readonly kind: 'external-name'; readonly service: Service; readonly target: string }
  | NameDeadEnd

export type NameDeadEnd =
  | { readonly kind: 'name-unknown'; readonly name: string; readonly namespace: string }
  /** Only a search list would find it, and the sender’s has not what it takes, or ended before. */
  | {
      readonly kind: 'name-too-short'
      readonly name: string
      readonly fullName: string
      readonly searches: readonly string[]
      /** The name of the search list that DNS refused: what comes behind it was not asked for. */
      readonly refused?: string
    }
  /** The cluster's DNS has it, and the sender asks somebody else. */
  | { readonly kind: 'dns-not-asked'; readonly name: string; readonly found: Found; readonly other: OtherResolver }
