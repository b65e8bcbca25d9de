import type { IngressLeftOut, IngressOfNobody, RouteNotAttached } from '../findings/request.ts'
import type { ObjectRef } from '../reference.ts'
import type { ListenerRef } from './request.ts'
import type { NearMiss, RouteRef } from './route-ref.ts'

/** At the gateway. */
export type RequestStep =
  /** The name is nobody’s in the cluster’s DNS, and a gateway serves it: whoever asks must find that address by it. */
  | {
      readonly code: 'name-of-gateway'
      readonly name: string
      readonly gateway: ObjectRef
      readonly addresses: readonly string[]
    }
  | {
      readonly code: 'listener'
      readonly gateway: ObjectRef
      readonly listener: ListenerRef
      readonly serverName?: string
      /** As rules are held against it, where that is not what was sent. */
      readonly path?: string
      /** What is amiss with its certificates, though it takes the request. */
      readonly notes?: readonly CertificateNote[]
    }
  | {
      readonly code: 'rule'
      readonly gateway: ObjectRef
      readonly rule: RouteRef
      readonly nearly: readonly NearMiss[]
      /** Who speaks of the host more closely than the rule, and is not served. */
      readonly passedOver?: readonly PassedOver[]
    }
  | { readonly code: 'no-rule'; readonly gateway: ObjectRef; readonly nearly: readonly NearMiss[] }
  | { readonly code: 'filters'; readonly gateway: ObjectRef; readonly done: readonly Deed[] }
  | { readonly code: 'redirect'; readonly gateway: ObjectRef; readonly status: number; readonly location: string }
  | {
      readonly code: 'answer'
      readonly gateway: ObjectRef
      readonly status: number
      /** Of a share of the requests. */
      readonly weight?: number
      readonly of?: number
    }
  | {
      readonly code: 'backend'
      readonly gateway: ObjectRef
      readonly weight: number
      readonly of: number
      readonly service: ObjectRef
      readonly port: number
      readonly protocol: 'http' | 'h2c' | 'tcp'
      /** The name that is asked for by TLS; `''`: TLS without a name. */
      readonly tls?: string
      /** Policies of TLS for the Service that are not in force. */
      readonly refused?: readonly RefusedPolicy[]
      readonly endpoints: readonly RequestEndpoint[]
    }

/** `for-others`: none of them is for the name, so that clients who look refuse it. `unusable`: an Ingress asks for TLS, and there is none. */
export type CertificateNote =
  | { readonly code: 'for-others'; readonly host: string; readonly names: readonly string[] }
  | { readonly code: 'unusable'; readonly ingress: ObjectRef; readonly host: string; readonly message: string }

export type PassedOver = RouteNotAttached | IngressOfNobody | IngressLeftOut

export interface RefusedPolicy {
  readonly policy: ObjectRef
  readonly because: string
  readonly message: string
}

export interface RequestEndpoint {
  readonly address: string
  readonly port: number
  readonly pod?: ObjectRef
  readonly node?: string
}

/** What a rule does to a request, or to its answer. */
export type Deed =
  | { readonly code: 'path' | 'hostname'; readonly from: string; readonly to: string }
  | {
      readonly code: 'request-headers' | 'response-headers'
      readonly set: readonly string[]
      readonly add: readonly string[]
      readonly remove: readonly string[]
    }
  | { readonly code: 'mirror'; readonly to?: string; readonly numerator: number; readonly denominator: number }
  | { readonly code: 'cors'; readonly origins: readonly string[] }
  | { readonly code: 'request-timeout' | 'backend-timeout'; readonly ms: number }
  | { readonly code: 'persistence'; readonly by: 'Cookie' | 'Header'; readonly name: string }
  | { readonly code: 'sources' | 'refused-sources'; readonly ranges: readonly string[] }
  | { readonly code: 'body-limit'; readonly octets: number }
