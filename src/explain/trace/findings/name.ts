import type { ObjectRef } from '../reference.ts'
import type { OtherResolver } from '../resolver.ts'
import type { Sender } from '../sender.ts'

/* Reasons why a name leads nowhere. */

/** No such name in DNS. */
export type DnsNameUnknown = { readonly reason: 'dns-name-unknown'; readonly name: string } & (
  | ShortName
  | NameOfNode
  | NoName
)

/** DNS has the whole name, and the sender puts only these behind a name. */
interface ShortName {
  readonly cause: 'search-list'
  readonly fullName: string
  readonly sender: Sender
  readonly searches: readonly string[]
  /** The name of the search list that DNS refused, with which the search ended. */
  readonly refused?: string
}

/** It is a node’s, and nodes have no names there. */
interface NameOfNode {
  readonly cause: 'node'
  readonly addresses: readonly string[]
}

interface NoName {
  readonly cause: 'nothing'
  readonly domain: string
  /** Whole names that are like it. */
  readonly near: readonly string[]
  /** Of a name outside of the cluster: whether the cluster asks for it. */
  readonly letOut?: boolean
}

/** The sender asks another DNS than the cluster’s, which has the name. */
export type DnsNotAsked = {
  readonly reason: 'dns-not-asked'
  readonly name: string
  readonly sender: Sender
  readonly asks: OtherResolver
  /** Addresses of the cluster’s DNS. */
  readonly servers: readonly string[]
  /** A pod that nothing makes anew: it cannot be changed. */
  readonly fixed: boolean
} & ({ readonly service: ObjectRef } | { readonly addresses: readonly string[] })

/** The name that a Service stands for is not there, or leads out of the cluster. */
export interface ExternalName {
  readonly reason: 'external-name'
  readonly service: ObjectRef
  readonly target: string
  readonly outside: boolean
  /** Whether names and packets leave the cluster. */
  readonly letOut: boolean
}

export interface ServiceUnknown {
  readonly reason: 'service-unknown'
  readonly service: ObjectRef
  /** Where there is no such namespace either: those that there are. */
  readonly namespaces?: readonly string[]
  /** Where none is like it: Services of the namespace. */
  readonly others?: readonly string[]
}

/** The Service is in other namespaces. */
export interface OtherNamespace {
  readonly reason: 'other-namespace'
  readonly service: ObjectRef
  readonly namespaces: readonly string[]
}
