import type { News } from '../../routes.ts'
import type { Entry } from '../../table/entry.ts'
import type { Backend } from '../../table/table.ts'
import type { Canary } from '../annotations/settings.ts'
import { warning } from '../news.ts'
import { byPrecedence } from '../paths/ingress-path.ts'
import type { Placed } from '../resolve/placed.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'
import { forwardedHttpsEntry, httpsEntry } from '../resolve/rule.ts'
import { canaryEntries } from './canary.ts'

/** A path of a host that nobody else has there. */
export interface Route {
  readonly placed: Placed
  /** In order of precedence; the last one takes all that the others leave. */
  readonly entries: readonly Entry[]
  /** What stands in their place where requests are sent to HTTPS. */
  readonly redirects: readonly Entry[]
  readonly backends: readonly Backend[]
}

/** A share of the requests for a path that another Ingress has. */
interface CanaryPath {
  readonly placed: Placed
  readonly canary: Canary
}

const claimOf = ({ host, match }: Placed): string => `${host} ${match.type} ${match.value}`
const aboutOf = ({ host, match }: Placed): Pick<News, 'hosts' | 'path'> => ({ hosts: [host], path: match })
const nameOf = ({ ingress }: Placed): string => `${ingress.namespace}/${ingress.name}`

/**
 * The routes of every host in order of precedence. Ingresses come the oldest first: what two of them say of the same
 * path, the older one says. `believesProxies`: somebody in front of us may have ended TLS.
 */
export const hostRoutes = (
  ingresses: readonly ResolvedIngress[],
  believesProxies: boolean,
): { readonly hosts: ReadonlyMap<string, readonly Route[]>; readonly news: readonly News[] } => {
  const news: News[] = []
  const claims = new Map<string, Placed>()
  const take = (placed: Placed, claim: string): void => {
    const first = claims.get(claim)
    if (first === undefined) claims.set(claim, placed)
    else news.push(warning(placed.ingress, 'Conflict', conflict(placed, first), aboutOf(placed)))
  }
  for (const { paths, canary } of ingresses)
    if (canary === undefined) for (const placed of paths) take(placed, claimOf(placed))
  const canaries = canariesOf(ingresses, claims, news)
  const taken = [...claims.values()].sort(byPrecedence)
  // What no path takes comes behind all of them, and stands for itself among its like.
  claims.clear()
  for (const { defaults, canary } of ingresses)
    if (canary === undefined) for (const placed of defaults) take(placed, placed.host)

  const hosts = new Map<string, Route[]>()
  const prefixes = new Map<string, Set<string>>()
  for (const placed of [...taken, ...claims.values()]) {
    const { host, match } = placed
    const routes = hosts.get(host) ?? []
    const before = prefixes.get(host) ?? new Set()
    hosts.set(host, routes)
    prefixes.set(host, before)
    // A default stands last, behind a path that may leave it nothing.
    if (before.has(match.value)) continue
    if (match.type === 'Prefix') before.add(match.value)
    routes.push(routeOf(placed, canaries.get(claimOf(placed)), believesProxies, news))
  }
  return { hosts, news }
}

const conflict = (placed: Placed, first: Placed): string => {
  const what = `${placed.host || 'all hosts'}, ${placed.match.type} ${placed.match.value}`
  const who = placed.ingress === first.ingress ? `${first.place} says so first` : `Ingress ${nameOf(first)} comes first`
  return `${placed.place}: ${what} is taken, ${who} (${first.place}); it is left out`
}

const canariesOf = (
  ingresses: readonly ResolvedIngress[],
  mains: ReadonlyMap<string, Placed>,
  news: News[],
): ReadonlyMap<string, CanaryPath> => {
  const canaries = new Map<string, CanaryPath>()
  for (const { paths, canary } of ingresses) {
    if (canary === undefined) continue
    for (const placed of paths) {
      const claim = claimOf(placed)
      const tell = (why: string): unknown =>
        news.push(warning(placed.ingress, 'CanaryUnused', `${placed.place}: ${why}`, aboutOf(placed)))
      const other = canaries.get(claim)
      const main = mains.get(claim)
      if (main === undefined)
        tell('no other Ingress has this host with this path and type, so that there is nothing to share')
      else if (main.ingress.namespace !== placed.ingress.namespace)
        tell(`Ingress ${nameOf(main)} is in another namespace, and shares its requests with nobody there`)
      else if (other !== undefined) tell(`Ingress ${nameOf(other.placed)} is an older canary of the same path`)
      else canaries.set(claim, { placed, canary })
    }
  }
  return canaries
}

interface KeptRoute {
  readonly route: Route
  readonly canary: Placed | undefined
  readonly believesProxies: boolean
}

/** Routes are the same objects for as long as nothing in them changes, for whoever compiles them. */
const kept = new WeakMap<Placed, KeptRoute>()

const routeOf = (placed: Placed, by: CanaryPath | undefined, believesProxies: boolean, news: News[]): Route => {
  const known = kept.get(placed)
  if (known?.canary === by?.placed && known?.believesProxies === believesProxies) return known.route
  const shared = by && canaryEntries(placed.entry, by.placed.entry, by.canary)
  if (by !== undefined && shared === undefined) {
    const bare = placed.entry.rule.action.type === 'forward' ? by.placed : placed
    const text = `${by.placed.place}: Ingress ${nameOf(bare)} has no backend to share`
    news.push(warning(by.placed.ingress, 'CanaryUnused', text, aboutOf(by.placed)))
  }
  const entries = shared ?? [placed.entry]
  const redirect = httpsEntry(placed.entry)
  const route: Route = {
    placed,
    entries,
    redirects: believesProxies ? [...entries.map(forwardedHttpsEntry), redirect] : [redirect],
    backends: [placed.backend, shared && by?.placed.backend].flatMap((one) => one || []),
  }
  if (by === undefined || shared !== undefined) kept.set(placed, { route, canary: by?.placed, believesProxies })
  return route
}
