import type { Namespace } from '#api/core/namespace/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import type { GRPCRoute } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRoute } from '#api/gatewayapi/httproute/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import type { ReferenceGrant } from '#api/gatewayapi/referencegrant/message.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'

/** What is in the API. Secrets that are there are well-formed, and what schemas refuse is not there. */
export interface GatewayObjects {
  readonly namespaces: readonly Namespace[]
  readonly services: readonly Service[]
  readonly secrets: readonly Secret[]
  readonly gatewayClasses: readonly GatewayClass[]
  readonly gateways: readonly Gateway[]
  readonly listenerSets: readonly ListenerSet[]
  readonly httpRoutes: readonly HTTPRoute[]
  readonly grpcRoutes: readonly GRPCRoute[]
  readonly referenceGrants: readonly ReferenceGrant[]
  readonly ingressClasses: readonly IngressClass[]
  readonly ingresses: readonly Ingress[]
}

export type Header = readonly [name: string, value: string]

export interface GatewayRequest {
  /** Whose address it is sent to: a Gateway's, or the one of all Ingresses. */
  readonly to: { readonly namespace: string; readonly name: string } | 'ingresses'
  readonly port: number
  readonly scheme: 'http' | 'https'
  /** What the client asked for in its handshake. */
  readonly sni?: string
  /** As it was sent. */
  readonly host: string
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  /** All but Host. */
  readonly headers: readonly Header[]
  /** The headers with which a backend would answer. */
  readonly answer: readonly Header[]
}

/** What the client or the backend may see. Where the API leaves something open there are several that are right. */
export type Outcome =
  /** No TLS handshake, or no connection. */
  | { readonly kind: 'unserved' }
  | { readonly kind: 'status'; readonly statuses: readonly number[] }
  | {
      readonly kind: 'redirect'
      readonly statuses: readonly number[]
      readonly scheme: 'http' | 'https'
      readonly host: string
      /** Whether it is in the address or follows from the scheme. */
      readonly port: number
      /** Path and query: one of them. */
      readonly targets: readonly string[]
    }
  | { readonly kind: 'forward'; readonly shares: readonly Share[] }

export interface Share {
  /** Of 1. */
  readonly share: number
  readonly to: Destination | { readonly statuses: readonly number[] }
}

export interface Destination {
  /** `namespace/name:port`. */
  readonly service: string
  readonly host: string
  readonly target: string
  /** In lower case, sorted, several of one name joined by a comma. */
  readonly headers: readonly Header[]
  /** What the client sees of the backend's own, in the same form. */
  readonly answer: readonly Header[]
  /** Services that get a copy, and of which part of the requests. */
  readonly mirrors: readonly { readonly service: string; readonly share: number }[]
}

/** What the API leaves open, and how it is read this time. */
export interface Reading {
  /** Whether a route's hostname is as long as it was written, or as what it has in common with the listener. */
  readonly hostnames: 'written' | 'shared'
  /** What a header has that was sent several times. */
  readonly headers: 'first' | 'any' | 'comma' | 'comma-blank'
  /** Whether a query's values are compared as they were sent or decoded. */
  readonly query: 'sent' | 'decoded'
  /** Whether double slashes are merged before dot segments are resolved, or after. */
  readonly slashes: 'before' | 'after'
  /** Whether a slash at the end of what replaces a prefix stays where nothing is behind it. */
  readonly replacement: 'as-written' | 'without-slash'
  /** Whether a default backend takes what no rule of any host does, or what rules of its Ingress's own hosts leave. */
  readonly defaults: 'of-all' | 'of-hosts'
  /** Whether regular expressions of Ingresses' paths go by their length, or behind all other paths. */
  readonly expressions: 'by-length' | 'last'
}

/** Headers in the form in which they are compared. */
export function folded(headers: readonly Header[]): readonly Header[] {
  const names = [...new Set(headers.map(([name]) => name.toLowerCase()))].sort()
  return names.map((name) => [
    name,
    headers
      .flatMap(([other, value]) => (other.toLowerCase() === name ? value.split(',').map((one) => one.trim()) : []))
      .join(','),
  ])
}
