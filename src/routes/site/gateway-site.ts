import type { Listener as ApiListener } from '#api/gatewayapi/shared/listener.ts'
import type { AnyRoute } from '../attach/any-route.ts'
import type { AttachedRoute } from '../attach/one-kind.ts'
import type { GatewayView } from '../listeners/gateway-view.ts'
import { type Family, familyOf, type OwnListener, tlsModeOf } from '../listeners/own-listener.ts'
import type { BackendReferences, FoundBackend, Speech } from '../references/backends.ts'
import { type CompiledRoute, compileRoute, rankedAt } from '../rules/compile-route.ts'
import type { Entry } from '../table/entry.ts'
import { byPrecedence, type Ranked } from '../table/precedence.ts'
import { sameItems } from '../values/remembered.ts'

/** A route at one listener, as it is spoken for there. */
export interface Bound {
  readonly route: AnyRoute
  readonly compiled: CompiledRoute
  readonly hostnames: readonly string[]
}

/** The routes of each listener, in the order of the objects. */
export type Bindings = ReadonlyMap<OwnListener, readonly Bound[]>

export const bindingsOf = (attached: readonly AttachedRoute[], references: BackendReferences): Bindings => {
  const bindings = new Map<OwnListener, Bound[]>()
  for (const { route, parents } of attached)
    for (const { gateway, attachments } of parents) {
      let last: { readonly speech: Speech; readonly compiled: CompiledRoute } | undefined
      for (const { listener, hostnames } of attachments) {
        const speech = speechOf(route, gateway, listener)
        if (last?.speech.tls !== speech.tls) last = { speech, compiled: compileRoute(route, speech, references) }
        const one = { route, compiled: last!.compiled, hostnames }
        const bound = bindings.get(listener)
        if (bound === undefined) bindings.set(listener, [one])
        // Two parents of one route may be the same listener, by its name and by its port.
        else if (bound.at(-1)!.route !== route) bound.push(one)
      }
    }
  return bindings
}

const ROUTES: { readonly [kind in AnyRoute['kind']]: Speech['route'] } = {
  HTTPRoute: 'HTTP',
  GRPCRoute: 'GRPC',
  TLSRoute: 'TCP',
  TCPRoute: 'TCP',
  UDPRoute: 'UDP',
}

/** What passes through has its own TLS; what ends here may have another one behind. */
export const speechOf = ({ kind }: AnyRoute, { clientCertificate }: GatewayView, listener: OwnListener): Speech => {
  const tls = kind === 'HTTPRoute' || kind === 'GRPCRoute' || tlsModeOf(listener.spec) === 'Terminate'
  return { route: ROUTES[kind], tls, ...(tls && clientCertificate && { clientCertificate }) }
}

interface KeptEntries {
  readonly lists: readonly (readonly Ranked[])[]
  readonly entries: readonly Entry[]
}
const kept = new WeakMap<ApiListener, KeptEntries>()

/** In order of precedence; the same list as before, where all that it is made of is as before. */
export const entriesOf = (listener: OwnListener, bound: readonly Bound[]): readonly Entry[] => {
  const lists = bound.map(({ compiled, hostnames }) => rankedAt(compiled, hostnames))
  const before = kept.get(listener.spec)
  if (before !== undefined && sameItems(before.lists, lists)) return before.entries
  const entries = lists
    .flat()
    .sort(byPrecedence)
    .map(({ entry }) => entry)
  kept.set(listener.spec, { lists, entries })
  return entries
}

/** Listeners that there is something to listen with, by their port. */
export const servedPorts = (gateway: GatewayView): readonly ServedPort[] => {
  const ports = new Map<string, { port: number; family: Family; listeners: OwnListener[] }>()
  for (const listener of allListeners(gateway)) {
    const family = familyOf(listener.spec)
    if (!listener.isServed || family === undefined) continue
    const { port } = listener.spec
    const transport = family === 'udp' ? 'UDP' : 'TCP'
    const one = ports.get(`${transport} ${port}`)
    if (one === undefined) ports.set(`${transport} ${port}`, { port, family, listeners: [listener] })
    else one.listeners.push(listener)
  }
  return [...ports.values()]
}

export interface ServedPort {
  readonly port: number
  readonly family: Family
  readonly listeners: readonly OwnListener[]
}

const allListeners = ({ listeners, sets }: GatewayView): readonly OwnListener[] =>
  sets.length === 0 ? listeners : [...listeners, ...sets.flatMap((set) => set.listeners)]

/** Where a connection route sends to, by the keys of its rule. */
export const backendsByKey = ({ uses }: CompiledRoute): ReadonlyMap<string, FoundBackend> =>
  new Map(uses.map((use) => [use.backend.key, use]))
