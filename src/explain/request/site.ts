import type { Service } from '#api/core/service/message.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { listenerId } from '#routes/listeners/own-listener.ts'
import { siteKey, siteKeyOf } from '#routes/site-service.ts'
import type { Entry } from '#routes/table/entry.ts'
import { compareHostnames, coversHostname, listenerFor, matchesHostname } from '#routes/table/hostname.ts'
import type { Origin } from '#routes/table/origin.ts'
import { entriesBehind, entriesOfPort, hasExpression } from '#routes/table/port-entries.ts'
import type { Site, SitePort } from '#routes/table/table.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'

/** The Service that has the addresses of a site; undefined where there is none yet. */
export const serviceOfSite = (facts: ClusterFacts, site: Origin): Service | undefined =>
  facts.services.find((service) => siteKeyOf(service) === siteKey(site))

/** The site that a Service has the addresses of; undefined where it is no gateway’s. */
export const siteOfService = (gateways: GatewayFacts, service: Service): Origin | undefined => {
  const key = siteKeyOf(service)
  if (key === undefined) return undefined
  if (key === '') return ingressSite(gateways)
  const slash = key.indexOf('/')
  return { kind: 'Gateway', namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** What all Ingresses share. */
export const ingressSite = ({ routes, objects }: GatewayFacts): Origin => {
  const own = objects.ingressClasses.find(({ spec }) => spec?.controller === GATEWAY_CONTROLLER)
  return (
    routes.table.sites.find(({ origin }) => origin.kind !== 'Gateway')?.origin ?? {
      kind: 'IngressClass',
      name: own?.metadata?.name ?? 'fairlead',
    }
  )
}

/** What is served at a site; undefined where nothing is. */
export const servedAt = ({ routes }: GatewayFacts, origin: Origin): Site | undefined =>
  routes.table.sites.find((site) => siteKey(site.origin) === siteKey(origin))

/** A rule at a port that is for a host, whatever else it wants; undefined where there is none. */
export const entryFor = (port: SitePort, host: string): Entry | undefined => {
  const listener = listenerFor(port.listeners, host)
  return (
    listener &&
    [...listener.entries, ...entriesBehind(port, listener)].find(({ hostname }) =>
      matchesHostname(hostname, listener.star, host),
    )
  )
}

/**
 * Gateways as their proxies serve them: without listeners that these do not take, and without rules whose expressions may be
 * what they do not take. Requests of theirs are for those that are left.
 */
export const withoutRefused = (gateways: GatewayFacts): GatewayFacts => {
  const { refusals, routes } = gateways
  if (refusals.size === 0) return gateways
  const sites = routes.table.sites.map((site) => ({ ...site, ports: site.ports.flatMap(takenOf(refusals)) }))
  return { ...gateways, routes: { ...routes, table: { ...routes.table, sites } } }
}

/** What of a port is listened for; nothing where none of its listeners is taken. */
const takenOf =
  (refusals: GatewayFacts['refusals']) =>
  (port: SitePort): readonly SitePort[] => {
    const taken = (entries: readonly Entry[]) =>
      entries.filter((entry) => !refusals.has(entry.rule.id) || !hasExpression(entry))
    const listeners = port.listeners
      .filter(({ origin, name }) => !refusals.has(listenerId(origin, name)))
      .map((one) => ({ ...one, entries: taken(one.entries) }))
    const shared = Object.entries(port.shared ?? {}).map(([name, entries]) => [name, taken(entries)] as const)
    return listeners.length === 0
      ? []
      : [{ ...port, listeners, ...(port.shared && { shared: Object.fromEntries(shared) }) }]
  }

interface Serving {
  readonly site: Site
  readonly port: SitePort
  /** The most specific hostname by which it serves the name: '' for one that is for all names. */
  readonly hostname: string
}

/** The ports that listen for a name, those first that mean it most: by the hostname of a listener or of a route. */
export const servingName = ({ routes }: GatewayFacts, host: string, port: number): readonly Serving[] =>
  routes.table.sites
    .flatMap((site) =>
      site.ports.flatMap((one): readonly Serving[] => {
        const listener = listenerFor(one.listeners, host)
        if (listener === undefined) return []
        const names = [...listener.entries, ...entriesBehind(one, listener)].flatMap(({ hostname }) =>
          matchesHostname(hostname, listener.star, host) ? [hostname] : [],
        )
        const [hostname = ''] = [...names, listener.hostname].sort(compareHostnames)
        return [{ site, port: one, hostname }]
      }),
    )
    .sort(
      (one, other) =>
        compareHostnames(one.hostname, other.hostname) ||
        Number(other.port.port === port) - Number(one.port.port === port),
    )

/** All names that are served by name at ports of these kinds. */
export const servedNames = ({ routes }: GatewayFacts, kinds: readonly SitePort['kind'][]): readonly string[] => [
  ...new Set(
    routes.table.sites.flatMap(({ ports }) => ports.filter(({ kind }) => kinds.includes(kind)).flatMap(namesOf)),
  ),
]

/** All names that are served by name at a port; of one with TLS those alone that a listener of it is for. */
export const namesOf = (port: SitePort): readonly string[] => {
  const names = [...port.listeners, ...entriesOfPort(port)].map(({ hostname }) => hostname)
  return [...new Set(names)].filter((hostname) => hostname !== '' && isListenedFor(port, hostname))
}

/** Listeners share entries, also such as are for hosts that none of them has. */
const isListenedFor = ({ kind, listeners }: SitePort, hostname: string): boolean =>
  kind === 'http' || listeners.some((one) => coversHostname(one, { hostname, star: one.star }))

/** A name that a hostname with a star is for. */
export const exampleOf = (hostname: string): string => hostname.replace(/^\*\./, 'www.')
