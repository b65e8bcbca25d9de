import type { IpFamily } from '#net/ip-address.ts'
import type { NodePortOf } from './findings/address.ts'
import type { ObjectRef, Socket } from './reference.ts'
import type { PortRef } from './walk/entry.ts'

/** Why a question cannot be walked: its source or its destination is no such thing, and what may have been meant. */
export type Refusal = SourceRefusal | DestinationRefusal | ObjectRefusal

type SourceRefusal =
  | {
      readonly code: 'SOURCE_MALFORMED'
      readonly why: 'no-source'
      readonly from: string
      readonly meant: readonly ObjectRef[]
    }
  | ({ readonly code: 'SOURCE_UNKNOWN' } & SourceUnknown)

export type SourceUnknown =
  | { readonly why: 'no-pod-at'; readonly address: string; readonly node?: string }
  | { readonly why: 'service-address'; readonly address: string; readonly service?: ObjectRef }
  | { readonly why: 'sends-nothing'; readonly address: string }
  | { readonly why: 'no-host' }
  | {
      readonly why: 'pod-ended' | 'pod-without-address'
      readonly pod: ObjectRef
      readonly phase: string
      readonly onNode: boolean
    }
  /** `known: false`: nobody could look for workloads of that kind. */
  | {
      readonly why: 'workload-unknown'
      readonly workload: ObjectRef
      readonly known: boolean
      readonly elsewhere?: ObjectRef
      readonly near: readonly string[]
    }
  | { readonly why: 'service-without-pods'; readonly service: ObjectRef }
  | { readonly why: 'workload-without-pods'; readonly workload: ObjectRef; readonly scaledToZero: boolean }

type ObjectRefusal = { readonly code: 'SOURCE_UNKNOWN' | 'DESTINATION_MALFORMED' } & (
  | {
      readonly why: 'pod-unknown'
      readonly pod: ObjectRef
      readonly elsewhere?: ObjectRef
      readonly near: readonly ObjectRef[]
    }
  | { readonly why: 'node-unknown'; readonly node: string; readonly nodes: readonly string[] }
)

export type DestinationMalformed =
  | { readonly why: 'no-destination'; readonly to: string; readonly flaw: Flaw }
  /** `meant`: IPv6 with a port, its brackets left out. */
  | {
      readonly why: 'no-port'
      readonly to: string
      readonly address: string
      readonly meant?: Socket
      readonly nodePorts?: readonly NodePortOf[]
    }
  | {
      readonly why: 'named-port-of-node'
      readonly to: string
      readonly address: string
      readonly nodePorts: readonly NodePortOf[]
    }
  | {
      readonly why: 'port-not-declared'
      readonly to: string
      readonly pod: ObjectRef
      readonly port?: string
      readonly declared: readonly PortRef[]
      readonly open: readonly number[]
    }
  | { readonly why: 'no-address-yet'; readonly object: ObjectRef }
  /** `near`: those that are there, of a like name, or several of that name. */
  | { readonly why: 'gateway-unknown'; readonly gateway: string; readonly near: readonly string[] }
  /** Of a name that leads to pods. */
  | { readonly why: 'name-without-port' | 'name-without-address' | 'named-port-of-name'; readonly to: string }

type DestinationRefusal =
  | ({ readonly code: 'DESTINATION_MALFORMED' } & DestinationMalformed)
  | ({ readonly code: 'FAMILY_MISMATCH' } & (
      | { readonly why: 'object-of-other-family'; readonly object: ObjectRef; readonly addresses: readonly string[] }
      | { readonly why: 'address-of-other-family'; readonly to: string; readonly family: IpFamily }
    ))

/** What is wrong with a text that is no destination. */
export type Flaw =
  | { readonly kind: 'form' | 'workload' }
  | { readonly kind: 'no-address'; readonly text: string }
  | { readonly kind: 'port'; readonly port: string; readonly mayBeName: boolean }
  /** The kind was left out. */
  | { readonly kind: 'kind'; readonly meant: ObjectRef }
