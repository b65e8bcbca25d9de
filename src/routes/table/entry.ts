import type { Origin } from './origin.ts'

/** One match of one rule of one route, under one hostname: what precedence is decided among. */
export interface Entry {
  /** Of route and listener, both: exact, `*.` and a suffix, or `''` for all. */
  readonly hostname: string
  readonly path: PathMatch
  readonly method?: string
  /** All of them must match; names in lower case, each once. */
  readonly headers: readonly ValueMatch[]
  readonly query: readonly ValueMatch[]
  readonly rule: Rule
}

/**
 * `Prefix` goes by elements, and has no slash at its end but in `/`: `/foo` takes `/foo` and `/foo/bar`, not `/foobar`.
 * A regular expression is one of RE2, and matches the whole path.
 */
export interface PathMatch {
  readonly type: 'Exact' | 'Prefix' | 'RegularExpression'
  readonly value: string
}

/** An exact value, or a regular expression of RE2 that matches all of it. */
export interface ValueMatch {
  readonly name: string
  readonly type: 'Exact' | 'RegularExpression'
  readonly value: string
}

/** What becomes of a request that an entry took. */
export interface Rule {
  /** One of its kind: `HTTPRoute shop/cart 0`. */
  readonly id: string
  readonly origin: Origin
  readonly index: number
  readonly name?: string
  /** Done in this order. */
  readonly filters: readonly Filter[]
  readonly action: Action
  /** Until an answer must have begun, whoever is tried for it; none: an hour. */
  readonly requestTimeoutMs?: number
  /** Until a backend must have begun to answer. */
  readonly backendTimeoutMs?: number
  readonly persistence?: Persistence
  /** Ranges of addresses that may ask; absent: all. Others get 403. */
  readonly sources?: readonly string[]
  /** Ranges of addresses that may not ask, whatever `sources` says; absent: none. They get 403. */
  readonly refused?: readonly string[]
  /** More of a request's body gets 413. */
  readonly bodyLimit?: BodyLimit
}

/**
 * Octets. Bodies that do not say how large they are (chunks, HTTP/2 without a length) are held to a limit that was written
 * for this rule alone: they have to be waited for, which no stream outlives.
 */
export interface BodyLimit {
  readonly octets: number
  /** Whether somebody asked for it; else it is what holds for all. */
  readonly isWritten: boolean
}

export type Action =
  | { readonly type: 'forward'; readonly to: readonly WeightedBackend[] }
  | ({ readonly type: 'redirect' } & Redirect)
  | { readonly type: 'answer'; readonly status: number; readonly reason: string }

/** A share of the requests, by its weight among all of the rule; those of weight 0 are left out. */
export interface WeightedBackend {
  readonly weight: number
  /** A key of `RoutingTable.backends`, or what is answered since there is none. */
  readonly to: { readonly backend: string } | NoBackend
  readonly filters: readonly Filter[]
}

interface NoBackend {
  readonly status: number
  readonly reason: string
  /** Of an Ingress: the Service that was meant, in its namespace. */
  readonly service?: string
}

export type Filter =
  | ({ readonly type: 'requestHeaders' } & HeaderChange)
  | ({ readonly type: 'responseHeaders' } & HeaderChange)
  | ({ readonly type: 'rewrite' } & Rewrite)
  | ({ readonly type: 'mirror' } & Mirror)
  | ({ readonly type: 'cors' } & Cors)
  /** Of a backend alone: those that it is chosen for are sent elsewhere. */
  | ({ readonly type: 'redirect' } & Redirect)

/** Names as they were written; `set` replaces, `add` adds another value. */
export interface HeaderChange {
  readonly set: readonly HeaderValue[]
  readonly add: readonly HeaderValue[]
  readonly remove: readonly string[]
}
export interface HeaderValue {
  readonly name: string
  readonly value: string
}

/** `Prefix` puts `value` in the place of the prefix that matched (`matched`); `Regex` knows `$1` of the path's match. */
export type PathChange =
  | { readonly type: 'Full'; readonly value: string }
  | { readonly type: 'Prefix'; readonly matched: string; readonly value: string }
  | { readonly type: 'Regex'; readonly pattern: string; readonly value: string }

export interface Rewrite {
  readonly hostname?: string
  readonly path?: PathChange
}

/** What is not said stays as the request has it; `port` is left out of the address where it is the scheme's own. */
export interface Redirect {
  readonly scheme?: 'http' | 'https'
  readonly hostname?: string
  readonly port?: number
  readonly path?: PathChange
  readonly status: 301 | 302 | 303 | 307 | 308
}

/** A copy of a share of the requests, whose answers nobody waits for. */
interface Mirror {
  /** Absent: there is none to send to, and nothing is sent. */
  readonly backend?: string
  readonly numerator: number
  readonly denominator: number
}

/** `origins` may hold `*`, or one at the beginning of a host. */
export interface Cors {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly maxAgeSeconds: number
  readonly credentials: boolean
}

/** Who has been sent to an endpoint stays there: by a cookie, or by a header that both sides send along. */
export interface Persistence {
  readonly type: 'Cookie' | 'Header'
  readonly name: string
  /** Absent: as long as the client keeps it. */
  readonly absoluteTimeoutMs?: number
  /** Whether a cookie outlives the client's session. */
  readonly lifetime: 'Session' | 'Permanent'
}
