import type { Entry } from '../../table/entry.ts'
import { compareHostnames } from '../../table/hostname.ts'
import type { Origin } from '../../table/origin.ts'
import type { Listener, SitePort } from '../../table/table.ts'
import { type Bare, type CertificatesByHost, shownFor } from './host-certificates.ts'
import type { Route } from './host-routes.ts'
import { type RefusalOf, secureName } from './refused.ts'
import { isExact, starOf, withStar } from './star.ts'
import { type Manner, mannerEntries, WideRoutes } from './wide-routes.ts'

/** What all hosts of a site have. */
interface SiteHosts {
  readonly origin: Origin
  readonly routes: ReadonlyMap<string, readonly Route[]>
  readonly certificates: CertificatesByHost
  readonly bare: Bare
  /** Namespaces whose rules alone serve a host. */
  readonly owners: ReadonlyMap<string, string>
  readonly refusalOf: RefusalOf
}

/** A listener’s hostname, and those that it is for: in order of precedence, its own the last. */
interface HostGroup {
  readonly hostname: string
  readonly hosts: readonly string[]
}

/**
 * Port 80 for all hosts, and 443 for those that have a certificate. Hosts with a certificate, or an owner, and those that lack
 * their certificate have a listener each: SNI and Host agree by that, and rules of wider hosts stand behind their own as they
 * are for them. A host whose listener of HTTPS a proxy refuses has one by a wider certificate, or none, and nobody is sent there.
 */
export const sitePorts = (
  hosts: SiteHosts,
  bindOf: (site: Origin, port: number) => number | undefined,
): readonly SitePort[] => {
  const names = [...new Set([...hosts.routes.keys(), ...hosts.certificates.keys(), ...hosts.bare.keys(), ''])].sort(
    byHost,
  )
  const groups = groupsOf(hosts, names)
  const wide = new WideRoutes(names.flatMap((host) => (isExact(host) ? [] : (hosts.routes.get(host) ?? []))))
  const ports: SitePort[] = []
  const add = (port: 80 | 443, kind: SitePort['kind'], of: readonly HostGroup[]): void => {
    const bind = of.length > 0 ? bindOf(hosts.origin, port) : undefined
    if (bind === undefined) return
    const listeners = of.map((group) => listenerOf(hosts, kind, group, wide))
    const shared = wide.sharedBy(listeners)
    ports.push({ port, bind, kind, listeners, ...(shared && { shared }) })
  }
  add(80, 'http', groups)
  add(
    443,
    'tls',
    groups.filter(({ hostname }) => secureOf(hosts, hostname) !== undefined),
  )
  return ports
}

/**
 * What a host's listener of HTTPS is called and which certificate it shows; undefined: there is none. Where the proxy refuses the
 * host's own it is another listener, with a wider one: else wider hosts would have its requests.
 */
const secureOf = (
  { certificates, refusalOf }: SiteHosts,
  host: string,
): { readonly name: string; readonly certificate: string } | undefined => {
  if (refusalOf(host) === undefined) {
    const certificate = shownFor(certificates, host)?.key
    return certificate === undefined ? undefined : { name: secureName(host), certificate }
  }
  const wider = [...withStar(host), ''].find(
    (one) => one !== host && certificates.has(one) && refusalOf(one) === undefined,
  )
  return wider === undefined
    ? undefined
    : { name: `${secureName(host)} by ${secureName(wider)}`, certificate: certificates.get(wider)!.key }
}

/** Exact ones first, then those with a star, the longer ones before the others, then `''`. */
const byHost = (left: string, right: string): number => compareHostnames(left, right) || (left < right ? -1 : 1)

const groupsOf = (all: SiteHosts, names: readonly string[]): readonly HostGroup[] => {
  const { certificates, owners } = all
  const groups = new Map<string, string[]>()
  for (const host of names) {
    const hostname = withStar(host).find((one) => certificates.has(one) || isBare(all, one) || owners.has(one)) ?? ''
    const group = groups.get(hostname)
    if (group === undefined) groups.set(hostname, [host])
    else group.push(host)
  }
  return [...groups].map(([hostname, hosts]) => ({ hostname, hosts }))
}

/** Whether a host lacks its certificate, and those whose wider one is shown meanwhile say so themselves: others have no say. */
const isBare = (all: SiteHosts, host: string): boolean => {
  const shown = shownFor(all.certificates, host)
  return shown !== undefined && all.bare.get(host)?.has(shown.claim.ingress.namespace) === true
}

/**
 * By the certificate for all hosts nobody is sent to HTTPS but those whom rules for all take; and by one with a star only
 * those of hosts that its namespace has rules for: else anybody could take plain hosts from their clients. Nobody is sent there
 * from a host that lacks its certificate, which is obtained without TLS.
 */
const mannerOf = (all: SiteHosts, kind: SitePort['kind'], host: string): Manner => {
  const { certificates, routes } = all
  if (kind === 'tls') return 'encrypted'
  if (isBare(all, host)) return 'plain'
  const own = certificates.get(host)
  const wider = own === undefined && isExact(host) ? certificates.get(starOf(host)) : undefined
  const isOwners =
    wider && routes.get(host)?.some(({ placed }) => placed.ingress.namespace === wider.claim.ingress.namespace)
  return own !== undefined || isOwners ? 'to-https' : 'plain'
}

const listenerOf = (
  all: SiteHosts,
  kind: SitePort['kind'],
  { hostname, hosts }: HostGroup,
  wide: WideRoutes,
): Listener => {
  const isPlain = kind === 'http' && all.refusalOf(hostname) !== undefined
  const manner = (host: string): Manner => (isPlain ? 'plain' : mannerOf(all, kind, host))
  const entries = hosts.flatMap((host): readonly Entry[] => mannerEntries(manner(host), all.routes.get(host) ?? []))
  const behind = hostname === '' ? undefined : wide.behind(manner(hostname), all.owners.get(hostname))
  const secure = kind === 'tls' ? secureOf(all, hostname) : undefined
  return {
    origin: all.origin,
    name: secure?.name ?? '',
    hostname,
    star: 'one',
    ...(secure
      ? { protocol: 'HTTPS', tls: { mode: 'Terminate', certificates: [secure.certificate] } }
      : { protocol: 'HTTP' }),
    entries,
    ...(behind !== undefined && { behind }),
  }
}
