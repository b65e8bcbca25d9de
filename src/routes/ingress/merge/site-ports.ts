import type { Entry } from '../../table/entry.ts'
import { compareHostnames } from '../../table/hostname.ts'
import type { Origin } from '../../table/origin.ts'
import type { Listener, SitePort } from '../../table/table.ts'
import { covers } from '../paths/ingress-path.ts'
import type { HostCertificate } from './host-certificates.ts'
import type { Route } from './host-routes.ts'

/** What all hosts of a site have. */
interface SiteHosts {
  readonly origin: Origin
  readonly routes: ReadonlyMap<string, readonly Route[]>
  readonly certificates: ReadonlyMap<string, HostCertificate>
}

/** Port 80 for all hosts, and 443 for those that have a certificate: a listener each, so that SNI and Host agree. */
export const sitePorts = (
  hosts: SiteHosts,
  bindOf: (site: Origin, port: number) => number | undefined,
): readonly SitePort[] => {
  const names = [...new Set([...hosts.routes.keys(), ...hosts.certificates.keys()])].sort(byHost)
  const ports: SitePort[] = []
  const http = bindOf(hosts.origin, 80)
  if (http !== undefined) ports.push({ port: 80, bind: http, kind: 'http', listeners: [httpListener(hosts, names)] })
  const secure = names.filter((host) => hosts.certificates.has(host))
  const https = secure.length > 0 ? bindOf(hosts.origin, 443) : undefined
  if (https === undefined) return ports
  const listeners = secure.map((host) => httpsListener(hosts, names, host))
  return [...ports, { port: 443, bind: https, kind: 'tls', listeners }]
}

/** Exact ones first, then those with a star, the longer ones before the others, then `''`. */
const byHost = (left: string, right: string): number => compareHostnames(left, right) || (left < right ? -1 : 1)

/** The name with a star that a host is one of. */
const starOf = (host: string): string => `*${host.slice(host.indexOf('.'))}`
const isExact = (host: string): boolean => host !== '' && !host.startsWith('*')

const certificateFor = ({ certificates }: SiteHosts, host: string): HostCertificate | undefined =>
  certificates.get(host) ?? (isExact(host) ? certificates.get(starOf(host)) : undefined)

const httpListener = (hosts: SiteHosts, names: readonly string[]): Listener => ({
  origin: hosts.origin,
  name: '',
  hostname: '',
  star: 'one',
  protocol: 'HTTP',
  entries: names.flatMap((host) => {
    const certificate = certificateFor(hosts, host)
    const routes = certificate === undefined ? (hosts.routes.get(host) ?? []) : allRoutes(hosts, host)
    return routes.flatMap(({ placed: { toHttps }, entries, redirects }) => {
      const isSentOn = toHttps === 'always' || (toHttps === 'with certificate' && certificate?.isOwn === true)
      return (isSentOn ? redirects : entries).map((entry) => underHost(entry, host))
    })
  }),
})

const httpsListener = (hosts: SiteHosts, names: readonly string[], hostname: string): Listener => {
  // Hosts without a certificate of their own are reached where a wider name has one.
  const inside = isExact(hostname)
    ? []
    : names.filter((host) => host !== hostname && !hosts.certificates.has(host) && isInside(hosts, host, hostname))
  const entries = inside.flatMap((host) => (hosts.routes.get(host) ?? []).flatMap((route) => route.entries))
  for (const route of allRoutes(hosts, hostname))
    for (const entry of route.entries) entries.push(underHost(entry, hostname))
  return {
    origin: hosts.origin,
    name: hostname,
    hostname,
    star: 'one',
    protocol: 'HTTPS',
    tls: { mode: 'Terminate', certificates: [hosts.certificates.get(hostname)?.key ?? ''] },
    entries,
  }
}

const isInside = (hosts: SiteHosts, host: string, hostname: string): boolean =>
  hostname === '' ? certificateFor(hosts, host) === undefined : isExact(host) && starOf(host) === hostname

/** A host's own routes, and behind them what wider names have and none of them takes. */
const allRoutes = ({ routes }: SiteHosts, host: string): readonly Route[] => {
  const all: Route[] = [...(routes.get(host) ?? [])]
  const wider = isExact(host) ? [starOf(host), ''] : host === '' ? [] : ['']
  for (const outer of wider)
    for (const route of routes.get(outer) ?? []) {
      const match = route.placed.match
      if (!all.some(({ placed }) => covers(placed.match, match))) all.push(route)
    }
  return all
}

const moved = new WeakMap<Entry, Map<string, Entry>>()

/** The same entry for a host that its own name is wider than; the same object every time. */
const underHost = (entry: Entry, hostname: string): Entry => {
  if (entry.hostname === hostname) return entry
  const known = moved.get(entry) ?? new Map<string, Entry>()
  moved.set(entry, known)
  const under = known.get(hostname) ?? { ...entry, hostname }
  known.set(hostname, under)
  return under
}
