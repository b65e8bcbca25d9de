import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { Filter, Rule, WeightedBackend } from '../../table/entry.ts'
import { locationOf } from '../../table/location.ts'
import type { Match, Request } from '../../table/match.ts'
import { movedPath } from '../../table/moved-path.ts'
import { type Headers, headerOf } from '../../table/request-values.ts'
import { corsVerdict } from './cors.ts'
import { changedHeaders } from './header-change.ts'

/** What becomes of a request: it is answered here, or goes on to a backend. */
export type Outcome =
  | { readonly type: 'answer'; readonly status: number; readonly reason: string; readonly headers: Headers }
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
  if (matched.type === 'refused') return answer(matched.status, matched.reason)
  const { rule } = matched
  if (rule.sources && !comesFrom(circumstances.source, rule.sources)) return answer(403, 'SourceNotAllowed')
  const length = Number(headerOf(request.headers, 'content-length') ?? 0)
  if (rule.bodyLimit !== undefined && length > rule.bodyLimit.octets) return answer(413, 'BodyTooLarge')
  const work = new Work(matched, request, circumstances)
  return work.dressed(followed(rule, work, circumstances))
}

function followed(rule: Rule, work: Work, circumstances: Circumstances): Outcome {
  const done = work.apply(rule.filters)
  if (done !== undefined) return done
  const { action } = rule
  if (action.type === 'answer') return answer(action.status, action.reason)
  if (action.type === 'redirect') return work.redirect(action)
  const backend = chosen(action.to, circumstances)
  if (backend === undefined) return answer(500, 'NoBackend')
  return work.apply(backend.filters) ?? work.forward(rule, backend)
}

const answer = (status: number, reason: string, headers: Headers = []): Outcome => ({
  type: 'answer',
  status,
  reason,
  headers,
})

function comesFrom(source: string, ranges: readonly string[]): boolean {
  return ranges.some((range) => containsAddress(parseCidr(range), parseAddress(source)))
}

/** By weight; one that leads nowhere has its share. */
function chosen(backends: readonly WeightedBackend[], { draw }: Circumstances): WeightedBackend | undefined {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  let drawn = backends.length > 1 && total > 0 ? draw(total) : 0
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
  readonly #matched: Match & { readonly type: 'matched' }
  readonly #circumstances: Circumstances
  #sent: Sent
  #path: string
  readonly #copies: string[] = []
  readonly #later: ((headers: Headers) => Headers)[] = []

  constructor(matched: Match & { readonly type: 'matched' }, request: Request, circumstances: Circumstances) {
    this.#matched = matched
    this.#circumstances = circumstances
    this.#path = matched.path
    const host = request.authority ?? ''
    this.#sent = { method: request.method, host, target: matched.path + matched.query, headers: request.headers }
  }

  /** Does filters in their order; what one of them answers at once. */
  apply(filters: readonly Filter[]): Outcome | undefined {
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

  redirect(action: Parameters<typeof locationOf>[0] & { readonly status: number }): Outcome {
    const { port, host, query } = this.#matched
    const scheme = port.kind === 'tls' ? 'https' : 'http'
    const location = locationOf(action, { scheme, host, port: port.port, path: this.#path, query })
    return answer(action.status, 'Redirect', [['location', location]])
  }

  forward({ requestTimeoutMs, backendTimeoutMs }: Rule, { to }: WeightedBackend): Outcome {
    if (!('backend' in to)) return answer(to.status, to.reason)
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

  #filter(filter: Filter): Outcome | undefined {
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

  #cors(filter: Filter & { readonly type: 'cors' }): Outcome | undefined {
    const verdict = corsVerdict(filter, this.#sent.method, this.#sent.headers)
    if (verdict.type === 'preflight') return answer(verdict.status, 'Preflight', verdict.headers)
    if (verdict.type === 'request') {
      this.#later.push((headers) => [...headers.filter(([name]) => !CORS_HEADERS.test(name)), ...verdict.headers])
    }
    return undefined
  }
}
