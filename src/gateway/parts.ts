import { isMadeByRoutes, slotKind } from '#dataplane/haproxy/slot-kind.ts'
import { listenerId } from '#routes/listeners/own-listener.ts'
import { backendsOf } from '#routes/rules/backends-of.ts'
import type { Entry, Rule } from '#routes/table/entry.ts'
import { entriesOfPort, hasExpression } from '#routes/table/port-entries.ts'
import type { Listener, RoutingTable, SitePort } from '#routes/table/table.ts'
import type { Parts } from './haproxy/isolate.ts'
import { PartTexts } from './part-texts.ts'

const kept = new WeakMap<RoutingTable, PartTexts>()

/** What of a table may be left out by itself, by the ids that refusals have: rules and listeners, each as a text. */
export const partsOf = (table: RoutingTable): Parts => {
  const known = kept.get(table)
  if (known !== undefined) return known
  const parts = new PartTexts()
  kept.set(table, parts)
  const backend = (key: string): unknown => {
    const found = table.backends.get(key)
    const { clientCertificate, authorities = [] } = found?.tls ?? {}
    return [
      found,
      table.certificates.get(clientCertificate ?? ''),
      authorities.map((one) => table.authorities.get(one)),
    ]
  }
  // A rule has an entry for each of its hostnames and matches, and its backends once.
  const rules = new Set<string>()
  const addEntry = ({ rule, ...entry }: Entry): void => {
    if (!rules.has(rule.id)) parts.add(rule.id, () => [rule, backendsOf(rule).map(backend)])
    rules.add(rule.id)
    parts.add(rule.id, () => entry)
  }
  for (const { ports } of table.sites)
    for (const { listeners, shared = {}, ...port } of ports) {
      for (const { entries, ...listener } of listeners) {
        parts.add(listenerId(listener.origin, listener.name), () => {
          const { tls } = listener
          const shown = tls?.mode === 'Terminate' ? tls.certificates.map((key) => table.certificates.get(key)) : []
          return [port, listener, shown, port.clients?.authorities.map((key) => table.authorities.get(key))]
        })
        for (const entry of entries) addEntry(entry)
      }
      for (const entry of Object.values(shared).flat()) addEntry(entry)
    }
  return parts
}

/**
 * Namespaces of parts whose ids do not say them: listeners of all Ingresses, each refused for the certificate that it
 * shows. Rules of others there are parts of their own.
 */
export const namespacesOf = ({ sites, certificates }: RoutingTable): ReadonlyMap<string, string> => {
  const namespaces = new Map<string, string>()
  for (const { ports } of sites)
    for (const { origin, name, tls } of ports.flatMap(({ listeners }) => listeners)) {
      if (origin.namespace !== undefined || tls?.mode !== 'Terminate') continue
      const [namespace] = tls.certificates.flatMap((key) => certificates.get(key)?.origin.namespace ?? [])
      if (namespace !== undefined) namespaces.set(listenerId(origin, name), namespace)
    }
  return namespaces
}

const rulesOf = ({ sites }: RoutingTable): readonly Rule[] =>
  sites.flatMap(({ ports }) => ports.flatMap(entriesOfPort)).map(({ rule }) => rule)

/** The rules, by their ids, that send requests or copies of them to one of these backends. */
export const rulesTo = (table: RoutingTable, backends: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    (backends.size > 0 ? rulesOf(table) : []).flatMap((rule) =>
      backendsOf(rule).some((key) => backends.has(key)) ? [rule.id] : [],
    ),
  )

/** Kinds of backends that rules ask for by what they say themselves, each with the namespaces of these rules. */
export const kindsByNamespace = (table: RoutingTable): ReadonlyMap<string, ReadonlySet<string>> => {
  const kinds = new Map(
    Array.from(table.backends, ([key, backend]): [string, string] => [key, slotKind(backend)]).filter(([, kind]) =>
      isMadeByRoutes(kind),
    ),
  )
  const found = new Map<string, Set<string>>()
  for (const rule of kinds.size > 0 ? rulesOf(table) : [])
    for (const key of backendsOf(rule)) {
      const kind = kinds.get(key)
      if (kind !== undefined) found.set(kind, (found.get(kind) ?? new Set()).add(rule.origin.namespace ?? ''))
    }
  return found
}

/**
 * A table without some of its parts. Requests that a rule would have taken are answered with 500: they are not for
 * another rule to take; only where an expression may be what is refused, nobody knows which they are.
 */
export const tableWithout = (table: RoutingTable, ids: ReadonlySet<string>): RoutingTable => {
  if (ids.size === 0) return table
  const sites = table.sites.map((site) => ({
    ...site,
    ports: site.ports
      .map((port) => ({
        ...port,
        listeners: port.listeners
          .filter(({ origin, name }) => !ids.has(listenerId(origin, name)))
          .map((listener) => ({ ...listener, entries: entriesWithout(listener.entries, ids) })),
        ...(port.shared && { shared: sharedWithout(port.shared, ids) }),
      }))
      .filter(({ listeners }) => listeners.length > 0),
  }))
  const ports = sites.flatMap((site) => site.ports)
  const listeners: readonly Listener[] = ports.flatMap((port) => port.listeners)
  const rules = new Set(ports.flatMap(entriesOfPort).map(({ rule }) => rule))
  const backends = only(table.backends, [...rules].flatMap(backendsOf))
  const tls = [...backends.values()].flatMap((one) => (one.tls ? [one.tls] : []))
  return {
    sites,
    backends,
    certificates: only(table.certificates, [
      ...listeners.flatMap((one) => (one.tls?.mode === 'Terminate' ? one.tls.certificates : [])),
      ...tls.flatMap(({ clientCertificate = [] }) => clientCertificate),
    ]),
    authorities: only(table.authorities, [
      ...ports.flatMap(({ clients }) => clients?.authorities ?? []),
      ...tls.flatMap(({ authorities }) => authorities),
    ]),
  }
}

const sharedWithout = (shared: NonNullable<SitePort['shared']>, ids: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(shared).map(([name, entries]) => [name, entriesWithout(entries, ids)]))

const entriesWithout = (entries: readonly Entry[], ids: ReadonlySet<string>): readonly Entry[] =>
  entries.flatMap((entry) => entryWithout(entry, ids))

const entryWithout = (entry: Entry, ids: ReadonlySet<string>): readonly Entry[] => {
  const { rule } = entry
  if (!ids.has(rule.id)) return [entry]
  if (hasExpression(entry)) return []
  const { id, origin, index } = rule
  const action = { type: 'answer', status: 500, reason: 'the proxy refuses this rule' } as const
  return [{ ...entry, rule: { id, origin, index, filters: [], action } }]
}

const only = <T>(all: ReadonlyMap<string, T>, keys: readonly string[]): ReadonlyMap<string, T> => {
  const used = new Set(keys)
  return new Map([...all].filter(([key]) => used.has(key)))
}
