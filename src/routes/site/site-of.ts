import type { GatewayView } from '../listeners/gateway-view.ts'
import { type OwnListener, tlsModeOf } from '../listeners/own-listener.ts'
import type { RouteOptions } from '../route-objects.ts'
import type { KernelPort, WantedPort } from '../routes.ts'
import { settingsInTable } from '../settings/site-settings.ts'
import { bySeniority } from '../table/seniority.ts'
import type { Listener, Site, SitePort } from '../table/table.ts'
import { type Bindings, type Bound, backendsByKey, entriesOf, type ServedPort, servedPorts } from './gateway-site.ts'
import type { TableParts } from './table-parts.ts'

/** What a Gateway has in the table and in the kernel, and which ports its addresses should have. */
interface GatewaySite {
  readonly site: Site
  readonly kernelPorts: readonly KernelPort[]
  readonly wantedPorts: readonly WantedPort[]
}

export const siteOf = (
  gateway: GatewayView,
  bindings: Bindings,
  options: RouteOptions,
  parts: TableParts,
): GatewaySite => {
  const { origin, settings } = gateway
  const ports: SitePort[] = []
  const kernelPorts: KernelPort[] = []
  const wantedPorts: WantedPort[] = []
  for (const served of servedPorts(gateway)) {
    const { port, family } = served
    if (family === 'tcp' || family === 'udp') {
      const protocol = family === 'tcp' ? 'TCP' : 'UDP'
      wantedPorts.push({ site: origin, port, protocol, by: 'kernel' })
      kernelPorts.push({ site: origin, port, protocol, ...targetsOf(bindings.get(served.listeners[0]!) ?? []) })
      continue
    }
    wantedPorts.push({ site: origin, port, protocol: 'TCP', by: 'proxy' })
    const bind = options.bindOf(origin, port)
    if (bind !== undefined) ports.push(sitePort(served, family, bind, bindings, parts))
  }
  const site: Site = {
    origin,
    ports,
    ...settingsInTable(settings),
  }
  return { site, kernelPorts, wantedPorts }
}

const sitePort = (
  { port, listeners }: ServedPort,
  kind: SitePort['kind'],
  bind: number,
  bindings: Bindings,
  parts: TableParts,
): SitePort => {
  const clients = listeners.find((listener) => listener.clients !== undefined)?.clients
  parts.addAuthorities(clients?.authorities ?? [])
  return {
    port,
    bind,
    kind,
    listeners: listeners.map((listener) => tableListener(listener, bindings.get(listener) ?? [], parts)),
    ...(clients && { clients: { mode: clients.mode, authorities: clients.authorities.map(({ key }) => key) } }),
  }
}

const tableListener = (listener: OwnListener, bound: readonly Bound[], parts: TableParts): Listener => {
  const { owner, spec, hostname, certificates } = listener
  for (const { compiled } of bound) parts.addRoute(compiled)
  for (const certificate of certificates) parts.addCertificate(certificate)
  const mode = tlsModeOf(spec)
  return {
    origin: owner,
    name: spec.name,
    hostname,
    star: 'many',
    protocol: spec.protocol as Listener['protocol'],
    ...(mode === 'Passthrough' && { tls: { mode } }),
    ...(mode === 'Terminate' && { tls: { mode, certificates: certificates.map(({ key }) => key) } }),
    entries: entriesOf(listener, bound),
  }
}

/** The oldest route has all connections of its port. */
export const oldestOf = (bound: readonly Bound[]): Bound | undefined =>
  bound.reduce<Bound | undefined>(
    (oldest, one) =>
      oldest !== undefined && bySeniority(oldest.route.seniority, one.route.seniority) <= 0 ? oldest : one,
    undefined,
  )

/** Where the kernel sends connections: those whose backend is not there are refused, by its weight. */
const targetsOf = (bound: readonly Bound[]): Pick<KernelPort, 'to' | 'refusedWeight' | 'route'> => {
  const oldest = oldestOf(bound)
  const compiled = oldest?.compiled
  const action = compiled?.ranked[0]?.entry.rule.action
  if (compiled === undefined || action?.type !== 'forward')
    return { to: [], refusedWeight: 1, ...(oldest && { route: oldest.route.origin }) }
  const backends = backendsByKey(compiled)
  const to: KernelPort['to'][number][] = []
  let refusedWeight = 0
  for (const one of action.to) {
    const backend = 'backend' in one.to ? backends.get(one.to.backend)?.backend : undefined
    if (backend === undefined) refusedWeight += one.weight
    else to.push({ weight: one.weight, service: backend.service, portName: backend.portName })
  }
  return { to, refusedWeight, route: oldest!.route.origin }
}
