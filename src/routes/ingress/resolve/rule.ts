import type { Action, Entry, Filter, PathChange, PathMatch, Redirect, Rule } from '../../table/entry.ts'
import { STANDARD_PORTS } from '../../table/location.ts'
import type { Origin } from '../../table/origin.ts'
import type { Settings } from '../annotations/settings.ts'

/** What all requests that a path of an Ingress takes have in common, whichever backend it is. */
export const ruleOf = (
  origin: Origin,
  index: number,
  action: Action,
  filters: readonly Filter[],
  of: Settings,
): Rule => ({
  id: `Ingress ${origin.namespace}/${origin.name} ${index}`,
  origin,
  index,
  filters,
  action,
  ...(of.readTimeoutMs !== undefined && { backendTimeoutMs: of.readTimeoutMs }),
  ...(of.affinity && { persistence: persistenceOf(of) }),
  ...(of.sources && { sources: of.sources }),
  ...(of.refused && { refused: of.refused }),
  ...(of.bodyLimit.octets > 0 && { bodyLimit: of.bodyLimit }),
})

const persistenceOf = ({ cookieName, cookieSeconds }: Settings): NonNullable<Rule['persistence']> =>
  cookieSeconds === undefined
    ? { type: 'Cookie', name: cookieName, lifetime: 'Session' }
    : { type: 'Cookie', name: cookieName, lifetime: 'Permanent', absoluteTimeoutMs: cookieSeconds * 1000 }

/** What annotations do with all requests, whatever backend is named; undefined: they go to that. */
export const ownAction = (of: Settings): Action | undefined => {
  if (of.closedBy) return { type: 'answer', status: 503, reason: closedReason(of.closedBy) }
  if (of.temporalRedirect) return { type: 'redirect', ...of.temporalRedirect, status: of.temporalCode }
  return of.permanentRedirect && { type: 'redirect', ...of.permanentRedirect, status: of.permanentCode }
}

/** Whoever reads it finds the annotation in it. */
const closedReason = (annotation: string): string =>
  `annotation ${annotation} restricts who may ask, and is not honoured here`

/** `rewrite` is what becomes of the path. */
export const filtersOf = (of: Settings, rewrite: PathChange | undefined): readonly Filter[] => {
  const filters: Filter[] = []
  // Who lets all ask lets nobody's cookies be used: a browser takes no star where they are.
  const { credentials, ...cors } = of.corsValues
  if (of.cors) filters.push({ type: 'cors', ...cors, credentials: credentials && !cors.origins.includes('*') })
  if (of.forwardedPrefix !== undefined) {
    const set = [{ name: 'X-Forwarded-Prefix', value: of.forwardedPrefix }]
    filters.push({ type: 'requestHeaders', set, add: [], remove: [] })
  }
  if (rewrite !== undefined || of.upstreamHost !== undefined)
    filters.push({
      type: 'rewrite',
      ...(of.upstreamHost !== undefined && { hostname: of.upstreamHost }),
      ...(rewrite && { path: rewrite }),
    })
  return filters
}

const TO_HTTPS: Redirect = { scheme: 'https', port: STANDARD_PORTS.https, status: 308 }

export const entryOf = (hostname: string, path: PathMatch, rule: Rule): Entry => ({
  hostname,
  path,
  headers: [],
  query: [],
  rule,
})

/** The entry that sends to HTTPS what another would have taken. */
export const httpsEntry = (entry: Entry): Entry => {
  const { id, origin, index } = entry.rule
  const rule: Rule = { id: `${id} https`, origin, index, filters: [], action: { type: 'redirect', ...TO_HTTPS } }
  return { ...entry, rule }
}

/** The same entry for requests alone that came to somebody in front of us by HTTPS. */
export const forwardedHttpsEntry = (entry: Entry): Entry => ({
  ...entry,
  headers: [...entry.headers, { name: 'x-forwarded-proto', type: 'Exact', value: 'https' }],
})
