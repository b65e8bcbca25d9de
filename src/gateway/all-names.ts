import type { Listener, RoutingTable, SitePort } from '#routes/table/table.ts'

/** Listeners for all names whose certificate is shown to whoever asks for a name that no other has. */
const isForAll = ({ hostname, tls }: Listener): boolean =>
  hostname === '' && tls?.mode === 'Terminate' && tls.certificates.length > 0

const kindOf = (bind: number): string => `all-names-${bind}`

/**
 * Ports with such a listener, as kinds of what only another configuration can say, each with the namespaces that a
 * certificate is from.
 */
export const portsForAll = ({ sites, certificates }: RoutingTable): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, ReadonlySet<string>>()
  for (const { bind, listeners } of sites.flatMap(({ ports }) => ports)) {
    const keys = listeners.filter(isForAll).flatMap(({ tls }) => (tls?.mode === 'Terminate' ? tls.certificates : []))
    if (keys.length > 0)
      found.set(kindOf(bind), new Set(keys.map((key) => certificates.get(key)?.origin.namespace ?? '')))
  }
  return found
}

/** Where a port has to wait, it shows no certificate to who asks for a name that none is for: these are refused. */
export const withoutAllNames = (table: RoutingTable, kinds: ReadonlySet<string>): RoutingTable => {
  const shown = ({ bind }: SitePort, one: Listener): Listener =>
    isForAll(one) && kinds.has(kindOf(bind)) ? { ...one, tls: { mode: 'Terminate', certificates: [] } } : one
  if (![...portsForAll(table).keys()].some((kind) => kinds.has(kind))) return table
  const sites = table.sites.map((site) => ({
    ...site,
    ports: site.ports.map((port) => ({ ...port, listeners: port.listeners.map((one) => shown(port, one)) })),
  }))
  return { ...table, sites }
}
