import type { ObjectRef } from '../reference.ts'
import type { ListenerRef } from '../request/request.ts'
import type { NearMiss, RouteRef } from '../request/route-ref.ts'

/* Reasons why a gateway does not give a request to a backend. */

/** No gateway listens for the name: 404, or nobody’s address. */
export interface HostNotServed {
  readonly reason: 'host-not-served'
  readonly host: string
  /** Which one was asked; left out where no gateway serves such a name. */
  readonly gateway?: ObjectRef
  /** Names that are served. */
  readonly near: readonly string[]
  /** Where else it is served, or a name like it. */
  readonly elsewhere?: readonly ServedName[]
}

/** A name that the request would be taken by. */
export interface ServedName {
  readonly host: string
  readonly gateway: ObjectRef
  readonly port: number
  readonly scheme: 'http' | 'https'
}

/** Nobody at the port has a certificate for the name: TLS fails, and there is no answer of HTTP. */
export interface NameWithoutTls {
  readonly reason: 'name-without-tls'
  readonly host: string
  readonly gateway: ObjectRef
  readonly port: number
  /** Ports of the gateway that serve it by HTTP. */
  readonly plain: readonly number[]
  /** Names that have a certificate there. */
  readonly near: readonly string[]
}

/** No rule takes the request: 404. */
export interface NoRule {
  readonly reason: 'no-rule'
  readonly listener: ListenerRef
  readonly host: string
  readonly path: string
  readonly nearly: readonly NearMiss[]
  /** Where else it would be taken: by the same name, or one like it. */
  readonly elsewhere?: readonly ServedName[]
}

/** A route has such a rule, and it is not attached. */
export interface RouteNotAttached {
  readonly reason: 'route-not-attached'
  readonly route: ObjectRef
  /** Its parent, as it was written. */
  readonly parent: ObjectRef
  /** The condition’s, of the Gateway API; `NoSuchParent`: the parent is not there; `NoSuchGateway`: that of a ListenerSet is not; `NoSuchClass`, `OtherController`: nobody here serves it. */
  readonly because: string
  readonly message?: string
}

/** An Ingress has such a rule, and it is of no class that is served here. `ingressClass` left out: it names none. */
export interface IngressOfNobody {
  readonly reason: 'ingress-of-nobody'
  readonly ingress: ObjectRef
  readonly ingressClass?: string
  /** Who serves that class; left out where there is no such class. */
  readonly controller?: string
}

/** An Ingress of ours says it of the host, and that has no effect: the Event’s reason and words. */
export interface IngressLeftOut {
  readonly reason: 'ingress-left-out'
  readonly ingress: ObjectRef
  readonly because: string
  readonly message: string
}

/** The rule’s backend leads nowhere: 500 of a route, 503 of an Ingress. */
export interface BackendUnresolved {
  readonly reason: 'backend-unresolved'
  readonly rule: RouteRef
  readonly status: number
  readonly message: string
  /** Services of the name that is not there, in other namespaces. */
  readonly elsewhere?: readonly ObjectRef[]
}

/** The Ingress names the ranges that may ask, and the sender is in none, or those that may not, and it is in one: 403. */
export interface RequestSourceRange {
  readonly reason: 'request-source-range'
  readonly rule: RouteRef
  readonly source: string
  readonly ranges: readonly string[]
  /** Whether these are the ranges that may not ask. */
  readonly isRefused?: boolean
}

/** Annotations of the Ingress restrict who may ask, and are not honoured: nobody may, 503. */
export interface AccessClosed {
  readonly reason: 'access-closed'
  readonly rule: RouteRef
  readonly status: number
  readonly annotations: readonly string[]
}

/** The body of the request is larger than the rule lets it be: 413. */
export interface BodyTooLarge {
  readonly reason: 'body-too-large'
  readonly rule: RouteRef
  readonly octets: number
  readonly limit: number
}

/** A browser asks by a preflight whether pages of an origin may ask, and they may not: 403. */
export interface OriginNotAllowed {
  readonly reason: 'origin-not-allowed'
  readonly rule: RouteRef
  readonly origin: string
  readonly origins: readonly string[]
}

/** The name that TLS was asked for is another listener’s than the request’s: 421. */
export interface Misdirected {
  readonly reason: 'misdirected'
  readonly serverName: string
  readonly host: string
  readonly listener: ListenerRef
}

/** The redirect leads to the request’s own URL. */
export interface RedirectLoop {
  readonly reason: 'redirect-loop'
  readonly rule: RouteRef
  readonly location: string
}

/** Path or host cannot be read in one way alone: 400. */
export interface RequestMalformed {
  readonly reason: 'request-malformed'
  readonly part: 'path' | 'host'
  readonly text: string
}

/** A listener that would take it is not served. */
export interface ListenerNotServed {
  readonly reason: 'listener-not-served'
  readonly gateway: ObjectRef
  /** Whose listener it is; left out where it is the Gateway's own. */
  readonly listenerSet?: ObjectRef
  readonly listener: string
  /** The condition’s, of the Gateway API. */
  readonly because: string
  readonly message: string
}

/** The Ingress that says that the host has TLS has no certificate for it that could be shown: TLS fails. */
export interface CertificateUnusable {
  readonly reason: 'certificate-unusable'
  readonly ingress: ObjectRef
  readonly host: string
  /** Which one, and what is wrong with it. */
  readonly message: string
  /** No host has a certificate, so that nobody listens. */
  readonly isClosed?: true
}

/** The gateway has no listener at this port. */
export interface GatewayPortUnknown {
  readonly reason: 'gateway-port-unknown'
  readonly gateway: ObjectRef
  readonly port: number
  readonly ports: readonly GatewayPort[]
}
interface GatewayPort {
  readonly port: number
  readonly scheme: 'http' | 'https'
}

/** TLS is spoken to a port without, or the other way round. */
export interface SchemeMistaken {
  readonly reason: 'scheme-mistaken'
  readonly gateway: ObjectRef
  readonly port: number
  /** What is spoken there. */
  readonly speaks: 'http' | 'https'
}

/** Nobody here serves the Gateway: its class is another’s, is not there or is refused. */
export interface GatewayOfNobody {
  readonly reason: 'gateway-of-nobody'
  readonly gateway: ObjectRef
  readonly gatewayClass: string
  /** Who serves that class; left out where there is no such class. */
  readonly controller?: string
}

/** The gateway is accepted, and has nothing that could be asked. */
export interface GatewayNotProgrammed {
  readonly reason: 'gateway-not-programmed'
  readonly gateway: ObjectRef
  readonly because: string
  /** Left out: it has no Service yet. */
  readonly message?: string
}

/** The proxies do not take the rule. */
export interface RuleRefused {
  readonly reason: 'rule-refused'
  readonly rule: RouteRef
  readonly message: string
}
