import { containsAddress, parseCidr } from '#net/cidr.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import type { Filter, Rule, WeightedBackend } from '../table/entry.ts'
import { locationOf } from '../table/location.ts'
import type { Match, Request } from '../table/match.ts'
import { movedPath } from '../table/moved-path.ts'
import { type Headers, headerOf } from '../table/request-values.ts'
import { corsVerdict } from './cors.ts'
import { changedHeaders } from './header-change.ts'

/** What becomes of a request: it is answered here, or goes on to a backend. */
export type Outcome =
  | Answer
  | {
      readonly type: 'forward'
      /** A key of `RoutingTable.backends`; copies go to those of `copies`. */
      readonly backend: string
      readonly copies: readonly string[]
      /** As filters leave it, without what is said of the client (`X-Forwarded-…`). */
      readonly request: Sent
      /** Until the backend must have begun to answer. */
      readonly timeoutMs?: number
      /** A backend's headers as the client gets them, without the cookie of a persistence. */
      answered(headers: Headers): Headers
    }

/**
 * `match`: no rule takes it. `source`: its sender may not ask. `body`: it is too large. `preflight`: a browser asks what pages of
 * another origin may do. `redirect`. `rule`: what the rule says. `backend`: one that leads nowhere.
 */
export interface Answer {
  readonly type: 'answer'
  readonly by: 'match' | 'source' | 'body' | 'preflight' | 'redirect' | 'rule' | 'backend'
  readonly status: number
  readonly reason: string
  readonly headers: Headers
}

interface Sent {
  readonly method: string
  readonly host: string
  /** With its query. */
  readonly target: string
  readonly headers: Headers
}

/** What is not in the request itself. */
export interface Circumstances {
  /** The client's address. */
  readonly source: string
  /** A number from 0 up, below `count`: what weights and shares of copies are drawn by. */
  draw(count: number): number
}

/** What becomes of a request that a table said this of. */
export function outcomeOf(matched: Match, request: Request, circumstances: Circumstances): Outcome {
  if (matched.type === 'refused') return answer('match', matched.status, matched.reason)
  const { rule } = matched
  const work = new Work(matched, request, circumstances)
  return work.dressed(work.own() ?? forwarded(rule, work, circumstances))
}

function forwarded(rule: Rule, work: Work, circumstances: Circumstances): Outcome {
  const backend = rule.action.type === 'forward' ? chosen(rule.action.to, circumstances) : undefined
  return backend === undefined ? NO_BACKEND : (work.apply(backend.filters) ?? work.forward(rule, backend))
}

/** What a rule answers to a request by itself, whatever backend would be drawn; undefined: it goes on to one. */
export const ownAnswer = (matched: Matched, request: Request, source: string): Answer | undefined =>
  new Work(matched, request, { source, draw: () => 0 }).own()

type Matched = Match & { readonly type: 'matched' }

const answer = (by: Answer['by'], status: number, reason: string, headers: Headers = []): Answer => ({
  type: 'answer',
  by,
  status,
  reason,
  headers,
})

const NO_BACKEND = answer('backend', 500, 'NoBackend')

/** An address that nobody knows is in no range. */
function comesFrom(source: string, ranges: readonly string[]): boolean {
  const address = tryParseAddress(source)
  return address !== undefined && ranges.some((range) => containsAddress(parseCidr(range), address))
}

/** By weight; one that leads nowhere has its share. */
function chosen(backends: readonly WeightedBackend[], { draw }: Circumstances): WeightedBackend | undefined {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  let drawn = total > 0 ? draw(total) : 0
  for (const backend of backends) {
    drawn -= backend.weight
    if (drawn < 0) return backend
  }
  return undefined
}

const CORS_HEADERS =
  /^access-control-(?:allow-origin|allow-credentials|expose-headers|allow-methods|allow-headers|max-age)$/i

/** A request while filters are done, one after another. */
class Work {
  readonly #matched: Matched
  readonly #request: Request
  readonly #circumstances: Circumstances
  #sent: Sent
  #path: string
  readonly #copies: string[] = []
  readonly #later: ((headers: Headers) => Headers)[] = []

  constructor(matched: Matched, request: Request, circumstances: Circumstances) {
    this.#matched = matched
    this.#request = request
    this.#circumstances = circumstances
    this.#path = matched.path
    const host = request.authority ?? ''
    this.#sent = { method: request.method, host, target: matched.path + matched.query, headers: request.headers }
  }

  /** What the rule answers by itself. */
  own(): Answer | undefined {
    const { sources, refused, bodyLimit, filters, action } = this.#matched.rule
    const { source } = this.#circumstances
    if ((sources && !comesFrom(source, sources)) || (refused && comesFrom(source, refused)))
      return answer('source', 403, 'SourceNotAllowed')
    const length = Number(headerOf(this.#request.headers, 'content-length') ?? 0)
    if (bodyLimit !== undefined && length > bodyLimit.octets) return answer('body', 413, 'BodyTooLarge')
    const done = this.apply(filters)
    if (done !== undefined || action.type === 'forward') return done
    return action.type === 'answer' ? answer('rule', action.status, action.reason) : this.redirect(action)
  }

  /** Does filters in their order; what one of them answers at once. */
  apply(filters: readonly Filter[]): Answer | undefined {
    for (const filter of filters) {
      const done = this.#filter(filter)
      if (done !== undefined) return done
    }
    return undefined
  }

  /** An answer of ours gets what filters have asked for of answers, too. */
  dressed(outcome: Outcome): Outcome {
    return outcome.type === 'answer' ? { ...outcome, headers: this.#answered(outcome.headers) } : outcome
  }

  readonly #answered = (headers: Headers): Headers => this.#later.reduce((all, change) => change(all), headers)

  redirect(action: Parameters<typeof locationOf>[0] & { readonly status: number }): Answer {
    const { port, host, query } = this.#matched
    const scheme = port.kind === 'tls' ? 'https' : 'http'
    const location = locationOf(action, { scheme, host, port: port.port, path: this.#path, query })
    return answer('redirect', action.status, 'Redirect', [['location', location]])
  }

  forward({ requestTimeoutMs, backendTimeoutMs }: Rule, { to }: WeightedBackend): Outcome {
    if (!('backend' in to)) return answer('backend', to.status, to.reason)
    const timeoutMs = Math.min(
      requestTimeoutMs ?? Number.POSITIVE_INFINITY,
      backendTimeoutMs ?? Number.POSITIVE_INFINITY,
    )
    return {
      type: 'forward',
      backend: to.backend,
      copies: this.#copies,
      request: this.#sent,
      ...(Number.isFinite(timeoutMs) && { timeoutMs }),
      answered: this.#answered,
    }
  }

  #filter(filter: Filter): Answer | undefined {
    switch (filter.type) {
      case 'requestHeaders':
        this.#sent = { ...this.#sent, headers: changedHeaders(this.#sent.headers, filter) }
        return undefined
      case 'responseHeaders':
        this.#later.push((headers) => changedHeaders(headers, filter))
        return undefined
      case 'rewrite':
        if (filter.path !== undefined) this.#path = movedPath(filter.path, this.#path)
        this.#sent = {
          ...this.#sent,
          target: this.#path + this.#matched.query,
          ...(filter.hostname !== undefined && { host: filter.hostname }),
        }
        return undefined
      case 'mirror':
        this.#mirror(filter)
        return undefined
      case 'redirect':
        return this.redirect(filter)
      case 'cors':
        return this.#cors(filter)
    }
  }

  #mirror({ backend, numerator, denominator }: Filter & { readonly type: 'mirror' }): void {
    if (backend !== undefined && this.#circumstances.draw(denominator) < numerator) this.#copies.push(backend)
  }

  #cors(filter: Filter & { readonly type: 'cors' }): Answer | undefined {
    const verdict = corsVerdict(filter, this.#sent.method, this.#sent.headers)
    if (verdict.type === 'preflight') return answer('preflight', verdict.status, 'Preflight', verdict.headers)
    if (verdict.type === 'request') {
      this.#later.push((headers) => [...headers.filter(([name]) => !CORS_HEADERS.test(name)), ...verdict.headers])
    }
    return undefined
  }
}
