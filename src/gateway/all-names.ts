import { listenerId } from '#routes/listeners/own-listener.ts'
import type { Listener, RoutingTable, SitePort } from '#routes/table/table.ts'
import { AT_ONCE } from './minute-room.ts'

/** Said of the listener for all names of a port that has to wait. */
export const IS_STRICT = `names that no other certificate is for are refused meanwhile: certificates for all names are taken up ${AT_ONCE} at once, then one in a minute, of namespaces in turns`

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

/** The listeners for all names of these ports, by their ids. */
export const listenersForAll = ({ sites }: RoutingTable, kinds: ReadonlySet<string>): readonly string[] =>
  sites
    .flatMap(({ ports }) => ports.filter(({ bind }) => kinds.has(kindOf(bind))))
    .flatMap(({ listeners }) => listeners.filter(isForAll).map(({ origin, name }) => listenerId(origin, name)))

/** Where a port has to wait, who asks for a name that no certificate is for is refused. */
export const withoutAllNames = (table: RoutingTable, kinds: ReadonlySet<string>): RoutingTable => {
  if (![...portsForAll(table).keys()].some((kind) => kinds.has(kind))) return table
  const strict = (port: SitePort): SitePort => (kinds.has(kindOf(port.bind)) ? { ...port, isStrict: true } : port)
  return { ...table, sites: table.sites.map((site) => ({ ...site, ports: site.ports.map(strict) })) }
}
