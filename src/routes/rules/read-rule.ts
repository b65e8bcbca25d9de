import type { BackendObjectReference } from '#api/gatewayapi/shared/references.ts'
import type { Filter, PathMatch, Persistence, Redirect, ValueMatch } from '../table/entry.ts'
import type { Call } from '../table/precedence.ts'
import type { Retry } from '../table/table.ts'
import type { Fault } from '../values/fault.ts'

/** A rule of a route, as its text alone tells: where its references lead is another's business. */
export interface ReadRule {
  readonly index: number
  readonly name?: string
  readonly matches: readonly ReadMatch[]
  readonly filters: readonly ReadFilter[]
  readonly redirect?: Redirect
  readonly backends: readonly ReadBackend[]
  readonly requestTimeoutMs?: number
  readonly backendTimeoutMs?: number
  readonly persistence?: Persistence
  readonly retry?: Retry
  /** What nobody can do as it is asked for. Where `matches` are right all the same, its requests are refused. */
  readonly fault?: Fault
  /** A filter that leads nowhere: its requests are refused. */
  readonly unresolved?: Fault
}

/** One of what a rule matches. */
export interface ReadMatch {
  readonly path: PathMatch
  /** Of a GRPCRoute: the characters of the service and of the method that it names. */
  readonly call?: Call
  readonly method?: string
  readonly headers: readonly ValueMatch[]
  readonly query: readonly ValueMatch[]
}

/** A filter of the table, where a prefix that matched is '' yet, or one whose backend is to be looked up. */
export type ReadFilter = Filter | ReadMirror

export interface ReadMirror {
  readonly type: 'mirrorTo'
  readonly ref: BackendObjectReference
  readonly numerator: number
  readonly denominator: number
}

export interface ReadBackend {
  readonly ref: BackendObjectReference
  readonly weight: number
  readonly filters: readonly ReadFilter[]
  /** A filter that leads nowhere: its share of the requests is refused. */
  readonly unresolved?: Fault
}

/** Of a part of a rule: what it says, and what is wrong with it. */
export interface Read<T> {
  readonly value: T
  readonly fault?: Fault
}

export const unsupported = (message: string): Fault => ({ reason: 'UnsupportedValue', message })
