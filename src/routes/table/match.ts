import type { Entry, PathMatch, Rule, ValueMatch } from './entry.ts'
import { hostOf, listenerFor, matchesHostname } from './hostname.ts'
import { entriesBehind } from './port-entries.ts'
import { matchedPath, requestPath } from './request-path.ts'
import { type Headers, headerOf, parameterOf } from './request-values.ts'
import type { Listener, RoutingTable, Site, SitePort } from './table.ts'
import { matchesWhole } from './whole-match.ts'

/** A request as it comes to a port. */
export interface Request {
  /** `SitePort.bind`: where it came to. */
  readonly bind: number
  /** The name that was asked for by TLS; absent: none was, or there is no TLS. */
  readonly serverName?: string
  readonly method: string
  /** The `Host` header or `:authority`; absent in HTTP/1.0. */
  readonly authority?: string
  /** Path and query, as they were sent. */
  readonly target: string
  readonly headers: Headers
}

/** What a table says of a request, before any filter. */
export type Match =
  | {
      readonly type: 'matched'
      readonly site: Site
      readonly port: SitePort
      readonly listener: Listener
      readonly entry: Entry
      readonly rule: Rule
      readonly host: string
      /** Normalised, without the query. */
      readonly path: string
      /** With its question mark; `''` without one. */
      readonly query: string
    }
  | {
      readonly type: 'refused'
      readonly status: 400 | 404 | 421
      readonly reason: Refusal
      readonly listener?: Listener
    }

/**
 * `BadTarget`: neither a path nor one that can be read in one way; `BadHost`; `Misdirected`: the name that was asked for by
 * TLS leads to another listener than the request's host; `NoListener`: nothing listens for the host; `NoRoute`: no rule of the
 * listener takes the request.
 */
type Refusal = 'BadTarget' | 'BadHost' | 'Misdirected' | 'NoListener' | 'NoRoute'

/** Which rule of a table takes a request. */
export function match(table: RoutingTable, request: Request): Match {
  const refused = (status: 400 | 404 | 421, reason: Refusal, listener?: Listener): Match => ({
    type: 'refused',
    status,
    reason,
    ...(listener && { listener }),
  })
  const mark = request.target.indexOf('?')
  const path = requestPath(mark < 0 ? request.target : request.target.slice(0, mark))
  const query = mark < 0 ? '' : request.target.slice(mark)
  if (path === undefined || query.includes('#')) return refused(400, 'BadTarget')
  const host = request.authority === undefined ? '' : hostOf(request.authority)
  if (host === undefined) return refused(400, 'BadHost')
  const place = placeOf(table, request.bind)
  const listener = place && listenerFor(httpListeners(place.port), host)
  if (!place || !listener) return refused(404, 'NoListener')
  if (place.port.kind === 'tls') {
    const asked = listenerFor(httpListeners(place.port), hostOf(request.serverName ?? '') ?? '')
    if (asked !== listener) return refused(421, 'Misdirected', listener)
  }
  const takesIt = (one: Entry): boolean => takes(one, listener, request, host, path, query)
  const entry = listener.entries.find(takesIt) ?? entriesBehind(place.port, listener).find(takesIt)
  if (entry === undefined) return refused(404, 'NoRoute', listener)
  return { type: 'matched', ...place, listener, entry, rule: entry.rule, host, path, query }
}

/** The site and the port that listen at a port of the pod. */
function placeOf(table: RoutingTable, bind: number): { readonly site: Site; readonly port: SitePort } | undefined {
  for (const site of table.sites) {
    const port = site.ports.find((one) => one.bind === bind)
    if (port !== undefined) return { site, port }
  }
  return undefined
}

/** Those that requests reach: a listener for TLS has connections alone. */
export const httpListeners = (port: SitePort) => port.listeners.filter(({ protocol }) => protocol !== 'TLS')

function takes(entry: Entry, listener: Listener, request: Request, host: string, path: string, query: string): boolean {
  return (
    matchesHostname(entry.hostname, listener.star, host) &&
    matchesPath(entry.path, path) &&
    (entry.method === undefined || entry.method === request.method) &&
    entry.headers.every((wanted) => matchesValue(wanted, headerOf(request.headers, wanted.name))) &&
    entry.query.every((wanted) => matchesValue(wanted, parameterOf(query, wanted.name)))
  )
}

/** Whether a path, normalised, is one of a match. */
export function matchesPath({ type, value }: PathMatch, path: string): boolean {
  if (type === 'RegularExpression') return matchesWhole(value, path)
  const wanted = matchedPath(value)
  if (type === 'Exact' || wanted === path) return wanted === path
  return wanted === '/' || path.startsWith(`${wanted}/`)
}

/** Whether a header or a parameter, where there is one, has a value of a match. */
export function matchesValue({ type, value }: ValueMatch, found: string | undefined): boolean {
  if (found === undefined) return false
  return type === 'Exact' ? found === value : matchesWhole(value, found)
}
