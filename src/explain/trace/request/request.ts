import type { ObjectRef } from '../reference.ts'
import type { PathOutcome } from '../walk/outcome.ts'
import type { RouteRef } from './route-ref.ts'

/** A request of HTTP that a gateway is asked, and what becomes of it there. */
export interface RequestTrace {
  readonly request: AskedRequest
  /** The Gateway, or the class of Ingresses, whose addresses are asked. */
  readonly gateway: ObjectRef
  readonly listener?: ListenerRef
  /** The rule that takes it. */
  readonly rule?: RouteRef
  readonly answer: RequestAnswer
}

/** As a client sends it. */
export interface AskedRequest {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** What its `Host` header says, and its URL where no other is given. */
  readonly authority: string
  /** Of the gateway’s address. */
  readonly port: number
  /** Path and query. */
  readonly target: string
  readonly headers: readonly SentHeader[]
  /** The name that is asked for by TLS: none of http, and of an address. */
  readonly serverName?: string
}

export interface SentHeader {
  readonly name: string
  readonly value: string
}

export interface ListenerRef {
  /** The Gateway, the ListenerSet or the class that it is of. */
  readonly owner: ObjectRef
  readonly name: string
  readonly port: number
  /** Left out: it listens for all names. */
  readonly hostname?: string
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS'
  /** Of which one is shown, where TLS ends here. */
  readonly certificates: readonly ObjectRef[]
}

/**
 * `status` of `refused`: what the gateway answers by itself, and of `answered`, where that is what was asked for. `forwarded`: in shares. `unanswered`: no connection comes to be, or
 * none that the gateway takes.
 */
export type RequestAnswer =
  | { readonly code: 'redirected'; readonly status: number; readonly location: string }
  | { readonly code: 'refused' | 'answered'; readonly status: number }
  | { readonly code: 'forwarded'; readonly shares: readonly Share[] }
  | { readonly code: 'unanswered' }

/** A share of the requests, by its weight among all of the rule’s. */
export interface Share {
  readonly weight: number
  readonly of: number
  /** What is answered, where there is no backend. */
  readonly status?: number
  /** Where it is sent away to. */
  readonly redirect?: { readonly status: number; readonly location: string }
  readonly service?: ObjectRef
  readonly port?: number
  /** From the gateway’s pods to the endpoints. */
  readonly outcomes: readonly PathOutcome[]
}
