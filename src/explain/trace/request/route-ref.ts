import type { ObjectRef } from '../reference.ts'

/** A rule of a route by its place, with what of a request it goes by. */
export interface RouteRef {
  readonly route: ObjectRef
  /** From 0. */
  readonly index: number
  readonly name?: string
  readonly match: RuleMatch
}

export interface RuleMatch {
  /** Of route and listener, both; left out: all. */
  readonly hostname?: string
  readonly path: { readonly type: 'Exact' | 'Prefix' | 'RegularExpression'; readonly value: string }
  readonly method?: string
  readonly headers: readonly RuleValue[]
  readonly query: readonly RuleValue[]
}

export interface RuleValue {
  readonly name: string
  readonly type: 'Exact' | 'RegularExpression'
  readonly value: string
}

/** A rule that does not take a request and nearly would. */
export interface NearMiss {
  readonly rule: RouteRef
  /** What of the request is another; none: it would take it, and another goes before. */
  readonly misses: readonly Miss[]
}

/** `found`: what the request has instead. */
export type Miss =
  | { readonly code: 'host'; readonly hostname: string }
  | { readonly code: 'path' }
  | { readonly code: 'method'; readonly method: string }
  | { readonly code: 'header' | 'query'; readonly wanted: RuleValue; readonly found?: string }
