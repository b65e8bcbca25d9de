import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { certificateChecks } from '#client/certificate-check.ts'
import type { Client } from '#client/client.ts'
import { Informers } from '#client/informer.ts'
import type { Clock } from '#clock/clock.ts'
import { compileProxy } from '#dataplane/haproxy/compile.ts'
import type { ProxyOptions } from '#dataplane/haproxy/proxy-options.ts'
import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { serversOf } from '#dataplane/haproxy/servers.ts'
import { assignSlots, isSmaller, type Slots } from '#dataplane/haproxy/slots.ts'
import { endpointsOf, type Family, serviceOf } from '#routes/backend-endpoints.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { ingressSite } from '#routes/ingress/ingress-site.ts'
import { ownerId, type PodReport, servedOf } from '#routes/reports.ts'
import type { RouteObjects, RouteOptions } from '#routes/route-objects.ts'
import { routesOf } from '#routes/routes-of.ts'
import type { Backend, RoutingTable, Site } from '#routes/table/table.ts'
import type { Wanted } from './haproxy/isolate.ts'
import { OnceTimers } from './haproxy/once-timers.ts'
import { RunningProxy, type RunningProxyOptions } from './haproxy/running-proxy.ts'
import { namespacesOf, partsOf, tableWithout } from './parts.ts'
import { withPlainHosts } from './plain-hosts.ts'
import { readSlots, slotsText } from './slots-note.ts'
import { leanClient } from './sources/lean-client.ts'
import { ObjectCaches } from './sources/object-caches.ts'
import { otherKinds, Waiting } from './waiting.ts'

interface DriverOptions extends Omit<RunningProxyOptions, 'serversOf' | 'noteOf'> {
  readonly client: Client
  readonly clock: Clock
  readonly proxyOptions: ProxyOptions
  /** Families of addresses that the pod has, the preferred one first. */
  readonly families: readonly Family[]
  readonly onComputed?: (ms: number) => void
  /** The ConfigMap that pods report in, as it is now; undefined: it is gone. */
  readonly onReportMap?: (configMap?: ConfigMap) => void
  readonly onError: (error: unknown, what: string) => void
}

/** Pools of backends are made smaller no sooner than this after the last time: whoever changes routes could else have them grow again and again. */
const SHRINK_MS = 3_600_000

const EMPTY: RoutingTable = { sites: [], backends: new Map(), certificates: new Map(), authorities: new Map() }

/**
 * Keeps one HAProxy as the API's objects ask for. Whatever routes follow from is computed anew as a whole, once for all
 * that has changed in a turn of the event loop; endpoints of a Service take a way of their own, to the servers of the slots
 * that stand for it.
 */
export class Driver {
  readonly proxy: RunningProxy
  readonly #options: DriverOptions
  readonly #informers: Informers
  readonly #caches: ObjectCaches
  readonly #routeOptions: RouteOptions
  /** What the slots of each plan stand for. */
  readonly #slots = new WeakMap<ProxyPlan, Slots>()
  /** What a proxy serves that has taken a plan. */
  readonly #served = new WeakMap<ProxyPlan, PodReport['served']>()
  /** What each plan has been made of, with the parts that it leaves out. */
  readonly #tables = new WeakMap<ProxyPlan, RoutingTable>()
  readonly #waiting: Waiting
  readonly #timers: OnceTimers
  /** Kinds of what the configuration of each plan says, beside those of its slots. */
  readonly #kindsOf = new WeakMap<ProxyPlan, readonly string[]>()
  #lastSlots: Slots
  #mayShrinkAt: number
  #table = EMPTY
  /** What the last plan has been made of. */
  #planned = EMPTY
  /** Keys of backends by the Service that has their endpoints. */
  #backends: ReadonlyMap<string, readonly string[]> = new Map()
  /** Of backends as they were, until their endpoints are others: there are thousands. */
  readonly #servers = new Map<string, { readonly backend: Backend; readonly servers: readonly PlannedServer[] }>()
  #isDue = false
  #isReady = false

  constructor(options: DriverOptions) {
    const { client, clock, random, signal, onError } = options
    this.#options = options
    this.#waiting = new Waiting(clock)
    this.#mayShrinkAt = clock.now() + SHRINK_MS
    this.#timers = new OnceTimers(options)
    this.proxy = new RunningProxy({
      ...options,
      serversOf: (key) => this.serversOf(key),
      noteOf: (plan) => slotsText(this.#slotsOf(plan)),
    })
    this.#lastSlots = readSlots(this.proxy.note)
    this.#informers = new Informers(leanClient(client), { clock, random, signal, onError })
    this.#caches = new ObjectCaches(this.#informers, () => this.#changed(), options.onReportMap)
    this.#informers.for(endpointSlices).addIndex('service', (slice) => [serviceOf(slice) ?? ''])
    this.#informers.for(endpointSlices).addHandlers({
      onAdd: (slice) => this.#noteSlice(slice),
      onDelete: (slice) => this.#noteSlice(slice),
      onUpdate: (before, after) => {
        this.#noteSlice(after)
        if (serviceOf(before) !== serviceOf(after)) this.#noteSlice(before)
      },
    })
    this.#routeOptions = {
      ...certificateChecks(),
      controllerName: GATEWAY_CONTROLLER,
      bundleVersions: [],
      bindOf: (site, port) => this.#caches.bindOf(site, port),
      addressesOf: () => [],
      servedAt: () => Number.POSITIVE_INFINITY,
      isLed: () => true,
      refusals: new Map(),
      waiting: new Map(),
    }
    // Not seen yet must never be taken for gone.
    void this.#informers.hasSynced().then(() => {
      this.#isReady = true
      this.#changed()
    })
  }

  /** What is served, beside what is refused of it. */
  get table(): RoutingTable {
    const { plan } = this.proxy
    return (plan && this.#tables.get(plan)) ?? this.#table
  }

  /** What the proxy serves and refuses, and what has to wait; undefined while nothing has been given to it. */
  get report(): PodReport | undefined {
    const { plan } = this.proxy
    const served = plan && this.#served.get(plan)
    return served && { served, refused: this.proxy.refused, waiting: this.waiting }
  }

  /** Why rules and listeners are served otherwise than they say, by their ids. */
  get waiting(): ReadonlyMap<string, string> {
    return this.#waiting.parts
  }

  serversOf(key: string): readonly PlannedServer[] {
    const backend = this.#backendOf(key)
    if (!backend || this.#waiting.backends.has(key)) return []
    const known = this.#servers.get(key)
    if (known?.backend === backend) return known.servers
    const { namespace, name } = backend.service
    const slices = this.#informers.for(endpointSlices).lister.byIndex('service', `${namespace}/${name}`)
    const servers = serversOf(backend, endpointsOf(slices, backend.portName, this.#options.families))
    this.#servers.set(key, { backend, servers })
    return servers
  }

  /** Also of what is on its way to HAProxy, or is there, while there is something newer. */
  #backendOf(key: string): Backend | undefined {
    for (const { backends } of [this.#table, this.#planned, this.table]) {
      const backend = backends.get(key)
      if (backend) return backend
    }
    return undefined
  }

  #noteSlice(slice: EndpointSlice): void {
    const backends = this.#backends.get(serviceOf(slice) ?? '')
    if (!backends) return
    for (const key of backends) this.#servers.delete(key)
    this.proxy.noteServers(backends)
  }

  #changed(): void {
    if (!this.#isReady || this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      try {
        this.#compute()
      } catch (error) {
        this.#options.onError(error, 'routes')
      }
    })
  }

  #compute(): void {
    if (this.#options.signal.aborted) return
    const began = performance.now()
    const objects = this.#caches.objects()
    const { table } = routesOf(objects, this.#routeOptions)
    this.#table = table
    const asked = new Map([...this.table.backends, ...table.backends])
    this.#backends = Map.groupBy(asked.keys(), (key) => {
      const { namespace, name } = asked.get(key)!.service
      return `${namespace}/${name}`
    })
    for (const [key, { backend }] of this.#servers) if (table.backends.get(key) !== backend) this.#servers.delete(key)
    this.#options.onComputed?.(performance.now() - began)
    this.proxy.set(this.#wanted(this.#within(table), objects))
  }

  /** The table, but for what has to wait. */
  #within(whole: RoutingTable): RoutingTable {
    const { plan } = this.proxy
    const kinds = [...this.#slotsBefore().pools.keys(), ...((plan && this.#kindsOf.get(plan)) ?? [])]
    const { table, againMs } = this.#waiting.within(whole, { kinds, table: plan && this.table })
    if (againMs !== undefined) this.#timers.later('kinds', againMs, () => this.#changed())
    return table
  }

  #wanted(table: RoutingTable, objects: RouteObjects): Wanted {
    const generations = generationsOf(objects)
    let last: { readonly without: ReadonlySet<string>; readonly plan: ProxyPlan } | undefined
    return {
      parts: () => partsOf(table),
      namespaces: () => namespacesOf(table),
      compile: (without) => {
        if (last?.without.symmetricDifference(without).size === 0) return last.plan
        // What has been taken last is what new ones are given slots beside.
        const plain = withPlainHosts(table, without, (refusals) => this.#ingressSite(objects, refusals))
        const kept = this.#waiting.strict(tableWithout(plain, without))
        const slots = this.#assignSlots(kept.backends)
        const plan = compileProxy(kept, slots, this.#options.proxyOptions)
        this.#slots.set(plan, slots)
        this.#kindsOf.set(plan, [...otherKinds(kept).keys()])
        this.#served.set(plan, servedOf(kept, generations))
        this.#tables.set(plan, plain)
        this.#planned = plain
        last = { without, plan }
        return plan
      },
    }
  }

  #ingressSite(objects: RouteObjects, refusals: RouteOptions['refusals']): Site | undefined {
    return ingressSite(objects, { ...this.#routeOptions, refusals }).site
  }

  #assignSlots(backends: RoutingTable['backends']): Slots {
    const [before, now] = [this.#slotsBefore(), this.#options.clock.now()]
    const slots = assignSlots(before, backends, now >= this.#mayShrinkAt)
    if (isSmaller(slots, before)) this.#mayShrinkAt = now + SHRINK_MS
    return slots
  }

  #slotsBefore(): Slots {
    if (this.proxy.plan) this.#lastSlots = this.#slotsOf(this.proxy.plan)
    return this.#lastSlots
  }

  #slotsOf(plan: ProxyPlan): Slots {
    return this.#slots.get(plan) ?? this.#lastSlots
  }
}

/** Of what has listeners, by `ownerId()`. */
const generationsOf = ({ gateways, listenerSets }: RouteObjects): ReadonlyMap<string, number> =>
  new Map([...gateways.map(generationOf('Gateway')), ...listenerSets.map(generationOf('ListenerSet'))])

/** Members of lists do not always say their kind. */
const generationOf =
  (kind: string) =>
  ({ metadata: { namespace, name = '', generation = 0 } = {} }: ApiObject): readonly [id: string, number] => [
    ownerId({ kind, namespace, name }),
    generation,
  ]
