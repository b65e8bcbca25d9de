import { listenerId } from '#routes/listeners/own-listener.ts'
import { siteKey } from '#routes/site-service.ts'
import type { Entry, Rule } from '#routes/table/entry.ts'
import { matchesHostname } from '#routes/table/hostname.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { Backend, Listener, RoutingTable, SitePort } from '#routes/table/table.ts'
import { type Digest, withoutValues } from '#routes/table/told-values.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import type { RouteRow, RowShare, RowState, RowTarget } from '../trace/request/route-row.ts'
import { deedsOf } from './deeds.ts'
import { originRef, ruleRef } from './route-ref.ts'
import { leftOutRows } from './rows/left-out-rows.ts'

/** What a pod of the gateways says that it serves; of its sites the same as of a table. */
export interface ServedTable {
  readonly pod: string
  readonly sites: RoutingTable['sites']
}

/** Which routes are asked for: of a namespace, of a gateway, of a host. */
export interface RowFilter {
  readonly namespace?: string | undefined
  /** `namespace/name` of a Gateway, or the name of a class of Ingresses. */
  readonly gateway?: string | undefined
  readonly host?: string | undefined
}

/** What rows need of a cluster beside its gateways. */
export interface RowFacts {
  readonly addressesOf: (site: Origin) => readonly string[]
  /** The pods of the gateways. */
  readonly proxies: readonly { readonly pod: string; readonly isReady: boolean }[]
  /** As pods tell values that may be secret. */
  readonly digest: Digest
  /** Whether somebody is behind a port of a Service, as endpoints call it. */
  readonly hasEndpoints: (backend: Pick<Backend, 'service' | 'portName'>, protocol: 'TCP' | 'UDP') => boolean
}

/** All that gateways serve, in the order in which they go by it, and what is not attached to them; `served`: by their own word. */
export const routeRows = (
  gateways: GatewayFacts,
  facts: RowFacts,
  served: readonly ServedTable[],
  filter: RowFilter = {},
): readonly RouteRow[] => {
  // Pods do not tell what may be secret.
  const own = keyed(gateways.routes.table.sites, withoutValues(facts.digest))
  const theirs = served.map(({ pod, sites }) => ({ pod, keys: keyed(sites) }))
  const rows: RouteRow[] = [...own].map(([key, place]) => ({
    ...rowOf(gateways, facts, place),
    differs: theirs.filter(({ keys }) => !keys.has(key)).map(({ pod }) => pod),
  }))
  const stale = new Map<string, { readonly place: Placed; readonly pods: string[] }>()
  for (const { pod, keys } of theirs)
    for (const [key, place] of keys)
      if (!own.has(key)) stale.set(key, { place, pods: [...(stale.get(key)?.pods ?? []), pod] })
  for (const { place, pods } of stale.values())
    rows.push({ ...rowOf(gateways, facts, place), state: { code: 'stale' }, differs: pods })
  return [...rows, ...kernelRows(gateways, facts), ...leftOutRows(gateways, facts.addressesOf)].filter((row) =>
    isMeant(row, filter),
  )
}

type PlacedListener = Pick<Listener, 'name' | 'protocol'> & Partial<Pick<Listener, 'origin'>>

interface Placed {
  readonly site: Origin
  readonly port: number
  /** Without an owner where listeners share it. */
  readonly listener: PlacedListener
  /** Of its own, or of the listeners that share it. */
  readonly hostnames: readonly string[]
  readonly entry: Entry
}

/** Each entry by all that it says, as `told` says its members, wherever it stands. */
const keyed = (sites: RoutingTable['sites'], told: Told = (_, member) => member): ReadonlyMap<string, Placed> =>
  new Map(
    sites.flatMap((site) =>
      site.ports.flatMap((port) =>
        [...ownOf(port), ...sharedOf(port)].map((one): readonly [string, Placed] => [
          sortedJson(
            [siteKey(site.origin), port.port, one.listener.hostname, one.listener.protocol, one.hostnames, one.entry],
            told,
          ),
          { site: site.origin, port: port.port, ...one },
        ]),
      ),
    ),
  )

type PlacedAtPort = Pick<Placed, 'hostnames' | 'entry'> & {
  readonly listener: PlacedListener & Pick<Listener, 'hostname'>
}

const ownOf = ({ listeners }: SitePort): readonly PlacedAtPort[] =>
  listeners.flatMap((listener) =>
    listener.entries.map((entry) => ({
      listener,
      hostnames: entry.hostname === '' ? [] : [entry.hostname],
      entry,
    })),
  )

/** What listeners share, for the hosts that have it behind their own. */
const sharedOf = ({ listeners, kind, shared = {} }: SitePort): readonly PlacedAtPort[] =>
  Object.entries(shared).flatMap(([name, entries]) => {
    const sharing = listeners.filter(({ behind }) => behind === name)
    return entries.flatMap((entry): readonly PlacedAtPort[] => {
      const hostnames = sharing.flatMap(({ hostname, star }) =>
        entry.hostname !== hostname && matchesHostname(entry.hostname, star, hostname) ? [hostname] : [],
      )
      const listener = { name: '', hostname: '', protocol: kind === 'tls' ? 'HTTPS' : 'HTTP' } as const
      return hostnames.length === 0 ? [] : [{ listener, hostnames, entry }]
    })
  })

type Told = (name: string, member: unknown) => unknown

const sortedJson = (value: unknown, told: Told): string =>
  JSON.stringify(value, (name, member: unknown) => {
    const one = told(name, member)
    return typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one
  })

const rowOf = (
  gateways: GatewayFacts,
  facts: RowFacts,
  { site, port, listener, hostnames, entry }: Placed,
): Omit<RouteRow, 'differs'> => {
  const { rule, hostname } = entry
  const { match, route } = ruleRef(entry)
  const parts = { host: hostname, path: entry.path.value, query: '', method: 'GET', headers: [] }
  return {
    gateway: originRef(site),
    addresses: facts.addressesOf(site),
    port,
    protocol: listener.protocol,
    listener: listener.name,
    hostnames,
    match,
    filters: deedsOf(gateways.routes.table, rule, parts),
    to: targetOf(gateways.routes.table, rule),
    route,
    rule: rule.index,
    state: stateOf(gateways, facts, rule, listener),
  }
}

const stateOf = (
  { refusals, waiting, routes }: GatewayFacts,
  { hasEndpoints, proxies }: RowFacts,
  { id, action }: Rule,
  { origin, name, protocol }: PlacedListener,
): RowState => {
  const message = (origin && refusals.get(listenerId(origin, name))) ?? refusals.get(id)
  if (message !== undefined) return { code: 'refused', message }
  if (action.type === 'answer') return { code: 'unresolved', message: action.reason }
  const lost =
    action.type === 'forward' ? action.to.flatMap(({ to }) => ('status' in to ? [to.reason] : []))[0] : undefined
  if (lost !== undefined) return { code: 'unresolved', message: lost }
  if (!proxies.some(({ isReady }) => isReady)) return { code: 'no-pods', pods: proxies.map(({ pod }) => pod) }
  const backends =
    action.type === 'forward'
      ? action.to.flatMap(({ to }) => ('backend' in to ? (routes.table.backends.get(to.backend) ?? []) : []))
      : []
  const state = endpointState(backends, (one) => hasEndpoints(one, 'TCP'), protocol !== 'TLS')
  const waits = waiting.get(id)
  return state.code === 'served' && waits !== undefined ? { code: 'waiting', message: waits } : state
}

/** `served`, but where a backend has nobody who answers; `isHttp`: then the gateway does. */
const endpointState = (
  backends: readonly Pick<Backend, 'service' | 'portName'>[],
  hasEndpoints: (backend: Pick<Backend, 'service' | 'portName'>) => boolean,
  isHttp: boolean,
): RowState => {
  const lost = backends.filter((one) => !hasEndpoints(one)).map(({ service }) => serviceShare(service))
  return lost.length === 0 ? { code: 'served' } : { code: 'no-endpoints', of: lost, ...(isHttp && { status: 503 }) }
}

const targetOf = ({ backends }: RoutingTable, { action }: Rule): RowTarget => {
  if (action.type !== 'forward')
    return { code: action.type === 'redirect' ? 'redirect' : 'answer', status: action.status }
  return {
    code: 'backends',
    shares: action.to.map(({ weight, to }): RowShare => {
      if ('status' in to) return { weight, status: to.status }
      const service = backends.get(to.backend)?.service
      return service === undefined ? { weight } : { weight, ...serviceShare(service) }
    }),
  }
}

const serviceShare = ({
  namespace,
  name,
  port,
}: {
  readonly namespace: string
  readonly name: string
  readonly port: number
}) => ({
  service: { kind: 'Service', namespace, name },
  port,
})

/** What the kernel forwards without a proxy. */
const kernelRows = ({ routes }: GatewayFacts, { addressesOf, hasEndpoints }: RowFacts): readonly RouteRow[] =>
  routes.kernelPorts.map(
    ({ site, port, protocol, to, refusedWeight, route = site }): RouteRow => ({
      gateway: originRef(site),
      addresses: addressesOf(site),
      port,
      protocol,
      hostnames: [],
      filters: [],
      to:
        to.length + refusedWeight === 0
          ? { code: 'nothing' }
          : { code: 'backends', shares: to.map(({ weight, service }) => ({ weight, ...serviceShare(service) })) },
      route: originRef(route),
      state:
        refusing(to, refusedWeight, route === site) ?? endpointState(to, (one) => hasEndpoints(one, protocol), false),
      differs: [],
    }),
  )

/** What of the connections the kernel refuses, since there is no backend; undefined: nothing. */
const refusing = (
  to: readonly { readonly weight: number }[],
  weight: number,
  isWithoutRoute: boolean,
): RowState | undefined => {
  if (to.length === 0) return { code: 'refusing', why: isWithoutRoute ? 'no-route' : 'no-backend' }
  const of = to.reduce((all, one) => all + one.weight, weight)
  return weight === 0 ? undefined : { code: 'refusing', why: 'share', weight, of }
}

const isMeant = ({ route, gateway, hostnames }: RouteRow, filter: RowFilter): boolean =>
  (filter.namespace === undefined || route.namespace === filter.namespace) &&
  (filter.gateway === undefined ||
    filter.gateway === gateway?.name ||
    filter.gateway === `${gateway?.namespace}/${gateway?.name}`) &&
  (filter.host === undefined ||
    hostnames.length === 0 ||
    hostnames.some((one) => matchesHostname(one.toLowerCase(), 'many', filter.host!.toLowerCase())))
