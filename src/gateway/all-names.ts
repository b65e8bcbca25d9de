import type { Listener, RoutingTable, SitePort } from '#routes/table/table.ts'

/**
 * The listener of Ingresses for all names, whose certificate is shown to whoever asks for a name that no other has: one of any
 * namespace brings it, to a port that others use. That of a Gateway is its own.
 */
const isForAll = ({ hostname, star, tls }: Listener): boolean =>
  hostname === '' && star === 'one' && tls?.mode === 'Terminate'

const kindOf = (bind: number): string => `all-names-${bind}`

/** Ports with such a listener, as kinds of what only another configuration can say, each with the certificate's namespace. */
export const portsForAll = ({ sites, certificates }: RoutingTable): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, ReadonlySet<string>>()
  for (const { bind, listeners, isStrict } of sites.flatMap(({ ports }) => ports)) {
    const keys = listeners.filter(isForAll).flatMap(({ tls }) => (tls?.mode === 'Terminate' ? tls.certificates : []))
    if (keys.length > 0 && !isStrict)
      found.set(kindOf(bind), new Set(keys.map((key) => certificates.get(key)?.origin.namespace ?? '')))
  }
  return found
}

/** Where a port has to wait, who asks for a name that no certificate is for is refused. */
export const withoutAllNames = (table: RoutingTable, kinds: ReadonlySet<string>): RoutingTable => {
  if (![...portsForAll(table).keys()].some((kind) => kinds.has(kind))) return table
  const strict = (port: SitePort): SitePort => (kinds.has(kindOf(port.bind)) ? { ...port, isStrict: true } : port)
  return { ...table, sites: table.sites.map((site) => ({ ...site, ports: site.ports.map(strict) })) }
}
