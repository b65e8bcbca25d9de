import type { Listener, RoutingTable, Site, SitePort } from '#routes/table/table.ts'
import type { ProxyOptions } from '../proxy-options.ts'

const ORIGIN = { kind: 'Gateway', namespace: 'shop', name: 'public' }

export const OPTIONS: ProxyOptions = {
  program: '/lua/gateway.lua',
  families: ['IPv4'],
  threads: 2,
  maxConnections: 1001,
  metricsBind: ':9101',
  hardStopAfterMs: 60_000,
}

export const listener = (
  protocol: Listener['protocol'],
  hostname = '',
  tls: Listener['tls'] = { mode: 'Terminate', certificates: ['shop/tls'] },
): Listener => ({
  origin: ORIGIN,
  name: hostname,
  hostname,
  star: 'many',
  protocol,
  entries: [],
  ...(protocol !== 'HTTP' && { tls }),
})

/** A port for HTTP or for HTTPS, whose number in the pod is by 10000 greater. */
export const portOf = (port: number, kind: SitePort['kind'], more: Partial<SitePort> = {}): SitePort => ({
  port,
  bind: 10_000 + port,
  kind,
  listeners: [listener(kind === 'tls' ? 'HTTPS' : 'HTTP')],
  ...more,
})

/** A table of one site. */
export const oneSite = (ports: readonly SitePort[], more: Partial<Site> = {}): RoutingTable => ({
  sites: [{ origin: ORIGIN, ports, ...more }],
  backends: new Map(),
  certificates: new Map(),
  authorities: new Map(),
})
