import type { Entry } from '../../table/entry.ts'
import { compareHostnames } from '../../table/hostname.ts'
import type { Origin } from '../../table/origin.ts'
import type { Listener, SitePort } from '../../table/table.ts'
import type { HostCertificate } from './host-certificates.ts'
import type { Route } from './host-routes.ts'

/** What all hosts of a site have. */
interface SiteHosts {
  readonly origin: Origin
  readonly routes: ReadonlyMap<string, readonly Route[]>
  readonly certificates: ReadonlyMap<string, HostCertificate>
}

/** Which of its entries a route has at a port: those of HTTPS, those without TLS, or those that send to HTTPS. */
type Manner = 'encrypted' | 'plain' | 'to-https'

/** Whose certificate a host is shown decides which listener it is of: its own, that of its star, or that of all others. */
interface HostGroup {
  readonly hostname: string
  /** In order of precedence, the listener's own hostname last. */
  readonly hosts: readonly string[]
}

/**
 * Port 80 for all hosts, and 443 for those that have a certificate: a listener each, so that SNI and Host agree, and
 * that a host which is sent to HTTPS is so with the rules of wider hosts too. Those stand once for all listeners.
 */
export const sitePorts = (
  hosts: SiteHosts,
  bindOf: (site: Origin, port: number) => number | undefined,
): readonly SitePort[] => {
  const names = [...new Set([...hosts.routes.keys(), ...hosts.certificates.keys(), ''])].sort(byHost)
  const groups = groupsOf(hosts, names)
  const wide = names.filter((host) => !isExact(host) && hosts.routes.has(host))
  const ports: SitePort[] = []
  const add = (port: 80 | 443, kind: SitePort['kind'], of: readonly HostGroup[]): void => {
    const bind = of.length > 0 ? bindOf(hosts.origin, port) : undefined
    if (bind === undefined) return
    const listeners = of.map((group) => listenerOf(hosts, kind, group, wide))
    ports.push({ port, bind, kind, listeners, ...sharedBy(hosts, listeners, wide) })
  }
  add(80, 'http', groups)
  add(
    443,
    'tls',
    groups.filter(({ hostname }) => hosts.certificates.has(hostname)),
  )
  return ports
}

/** Exact ones first, then those with a star, the longer ones before the others, then `''`. */
const byHost = (left: string, right: string): number => compareHostnames(left, right) || (left < right ? -1 : 1)

/** The name with a star that a host is one of. */
const starOf = (host: string): string => `*${host.slice(host.indexOf('.'))}`
const isExact = (host: string): boolean => host !== '' && !host.startsWith('*')

const groupsOf = ({ certificates }: SiteHosts, names: readonly string[]): readonly HostGroup[] => {
  const groups = new Map<string, string[]>()
  for (const host of names) {
    const named = [host, ...(isExact(host) ? [starOf(host)] : [])].find((one) => certificates.has(one)) ?? ''
    const group = groups.get(named)
    if (group === undefined) groups.set(named, [host])
    else group.push(host)
  }
  return [...groups].map(([hostname, hosts]) => ({ hostname, hosts }))
}

const entriesOf = (manner: Manner, { placed: { toHttps }, entries, redirects }: Route): readonly Entry[] =>
  (manner === 'plain' && toHttps === 'always') || (manner === 'to-https' && toHttps !== 'never') ? redirects : entries

const mannerOf = ({ certificates }: SiteHosts, kind: SitePort['kind'], hostname: string): Manner =>
  kind === 'tls' ? 'encrypted' : certificates.get(hostname)?.isOwn ? 'to-https' : 'plain'

const listenerOf = (
  all: SiteHosts,
  kind: SitePort['kind'],
  { hostname, hosts }: HostGroup,
  wide: readonly string[],
): Listener => {
  const entries = hosts.flatMap((host) => {
    // The certificate for all hosts is that of the rules for all alone: nobody is sent to it by another's.
    const manner = mannerOf(all, kind, hostname === '' ? host : hostname)
    return (all.routes.get(host) ?? []).flatMap((route) => entriesOf(manner, route))
  })
  const key = all.certificates.get(hostname)?.key
  return {
    origin: all.origin,
    // Not that of HTTPS, which the proxy may refuse for its certificate.
    name: kind === 'tls' ? hostname || '*' : '',
    hostname,
    star: 'one',
    ...(kind === 'tls'
      ? { protocol: 'HTTPS', tls: { mode: 'Terminate', certificates: [key ?? ''] } }
      : { protocol: 'HTTP' }),
    entries,
    ...(hostname !== '' && wide.length > 0 && { behind: mannerOf(all, kind, hostname) }),
  }
}

/** What wider hosts have, for listeners that have it behind their own. */
const sharedBy = (
  { routes }: SiteHosts,
  listeners: readonly Listener[],
  wide: readonly string[],
): Pick<SitePort, 'shared'> => {
  const manners = [...new Set(listeners.flatMap(({ behind }) => (behind as Manner | undefined) ?? []))]
  if (manners.length === 0) return {}
  const all = wide.flatMap((host) => routes.get(host) ?? [])
  return {
    shared: Object.fromEntries(manners.map((manner) => [manner, all.flatMap((route) => entriesOf(manner, route))])),
  }
}
