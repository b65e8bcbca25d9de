import type { Entry } from '#routes/table/entry.ts'
import { hostOf, listenerFor, matchesHostname } from '#routes/table/hostname.ts'
import { type Match, match, type Request } from '#routes/table/match.ts'
import { requestPath } from '#routes/table/request-path.ts'
import type { Listener, RoutingTable, SitePort } from '#routes/table/table.ts'
import type { RequestText } from '../ask/request-text.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import type { RequestParts } from './misses.ts'

/** A request, and what the table says of it. */
export interface TakenRequest {
  readonly request: Request
  readonly matched: Match & { readonly type: 'matched' }
}

/** What a port says of a request: its own listener and entry, or why none takes it. */
type Served =
  | (TakenRequest & {
      readonly type: 'taken'
      readonly listener: Listener
      readonly entry: Entry
      readonly parts: RequestParts
    })
  | {
      readonly type: 'refused'
      readonly reason: Extract<Match, { type: 'refused' }>['reason']
      readonly status: number
      readonly listener?: Listener
      readonly parts: RequestParts
    }
  /** TLS passes through, or ends here without that anybody looks into it: the name alone decides. */
  | { readonly type: 'connected'; readonly listener: Listener; readonly entry?: Entry; readonly parts: RequestParts }

/** The parts of a request that rules go by; those that cannot be read are taken as they were sent. */
export const partsOf = ({ authority, target, method, headers }: RequestText): RequestParts => {
  const mark = target.indexOf('?')
  const raw = mark < 0 ? target : target.slice(0, mark)
  return {
    host: hostOf(authority) ?? authority,
    path: requestPath(raw) ?? raw,
    query: mark < 0 ? '' : target.slice(mark),
    method,
    headers: headers.map(({ name, value }) => [name, value] as const),
  }
}

/** What becomes of a request at a port that is served. */
export const serve = (table: RoutingTable, port: SitePort, text: RequestText): Served => {
  const parts = partsOf(text)
  const { serverName = '' } = text
  const connected = port.kind === 'tls' ? listenerFor(port.listeners, serverName) : undefined
  if (connected?.protocol === 'TLS') {
    const entry = connected.entries.find(({ hostname }) => matchesHostname(hostname, connected.star, serverName))
    return { type: 'connected', listener: connected, ...(entry && { entry }), parts }
  }
  const request: Request = {
    bind: port.bind,
    ...(text.serverName && { serverName: text.serverName }),
    method: text.method,
    authority: text.authority,
    target: text.target,
    headers: parts.headers,
  }
  const found = match(table, request)
  return found.type === 'matched'
    ? { type: 'taken', request, matched: found, listener: found.listener, entry: found.entry, parts }
    : {
        type: 'refused',
        reason: found.reason,
        status: found.status,
        ...(found.listener && { listener: found.listener }),
        parts,
      }
}

/** Whether a request is taken at a port by a rule that leads somewhere: the proxies take it, and some backend of it is there. */
export const isServed = ({ routes, refusals }: GatewayFacts, port: SitePort, text: RequestText): boolean => {
  const served = serve(routes.table, port, text)
  if (served.type === 'refused' || served.entry === undefined) return false
  const { id, action } = served.entry.rule
  if (refusals.has(id) || action.type === 'answer') return false
  return action.type !== 'forward' || action.to.some(({ to }) => !('status' in to))
}
