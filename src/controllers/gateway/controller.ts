import type { ApiObject } from '#api/resource.ts'
import { isConflict, isNotFound } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import type { KernelPort, News, WantedPort } from '#routes/routes.ts'
import { siteKey } from '#routes/site-service.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { Fault } from '#routes/values/fault.ts'
import { type Cache, type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { KernelSlices } from './forwarded/kernel-slices.ts'
import { DataPlane } from './infrastructure/data-plane.ts'
import { keyOfSite, needsPods, type WantedSite } from './infrastructure/desired-site.ts'
import { SiteServices } from './infrastructure/site-services.ts'
import { GatewayCaches } from './reading/caches.ts'
import { RouteReader } from './reading/route-reader.ts'
import { type Obstacle, Obstacles } from './status/obstacles.ts'
import { idOf, Statuses } from './status/statuses.ts'
import { Told } from './status/told.ts'

const ROUTES = 'routes'
const DATA_PLANE = 'data plane'
const SERVICES = 'services'
const SLICES = 'slices'

/** Somebody else's may be there. */
const NO_POOL =
  'No load balancer of this cluster gives addresses: the Service of this Gateway waits for one of somebody else, and is reached by its nodePorts'

/** Whoever starts does not wait for what is loaded for a class that nobody uses yet. */
const UNUSED_CLASS_WAITS_MS = 3000

/** Of the time, what people are told may take so much: a proxy that has as much to do for the same change goes first. */
const SHARE = 1 / 10
const LONGEST_REST_MS = 100

/**
 * Gateways, Ingresses and their routes: what becomes of them is decided by the room `routes`, anew whenever something
 * has changed, and written where it differs, as statuses, Events, the Services by which they are reached, and the
 * EndpointSlices of what is forwarded without a proxy. With the first of them come the pods that serve them, and with the
 * last they go. While there is none, nothing is loaded and nothing done.
 */
export const startGatewayController = (context: ControllerContext): RunningController | undefined => {
  if (!context.gateways) return undefined
  const { informers } = context
  let routing: typeof import('#routes/routes-of.ts') | undefined
  let hasWaited = false
  /** Not before is known what need not be there. */
  let isDecided = false
  let wantedPorts: readonly WantedPort[] = []
  let kernelPorts: readonly KernelPort[] = []
  let ourIngresses: readonly Origin[] = []
  let news: readonly News[] = []
  const obstacles = new Obstacles()

  /** Until when nothing is decided anew. */
  let restsUntil = 0
  const note = (): void => {
    const rest = restsUntil - context.clock.now()
    // A clock that is put back does not make it longer.
    if (rest > 0) loop.queue.addAfter(ROUTES, Math.min(rest, LONGEST_REST_MS))
    else loop.queue.add(ROUTES)
  }
  const kinds: GatewayCaches = new GatewayCaches(context, {
    asked: note,
    said: (object) => loop.queue.add(idOf(object.kind, keyOf(object))),
    others: note,
  })
  const services = new SiteServices(context, () => loop.queue.add(SERVICES))
  const dataPlane = new DataPlane(context, () => loop.queue.add(DATA_PLANE))
  const slices = new KernelSlices(context, services, () => loop.queue.add(SLICES))
  const reader = new RouteReader(informers, kinds, services, {
    changed: note,
    said: (ingress) => loop.queue.add(idOf('Ingress', keyOf(ingress))),
  })
  const statuses = new Statuses(context, kinds)
  const told = new Told(recorderOf(context, 'gateway-controller'), (id) => statuses.find(id)?.object)
  const portsOf = (key: string) => wantedPorts.filter(({ site }) => siteKey(site) === key)
  /** Who is concerned by what a site lacks. */
  const originsOf = (key: string): readonly Origin[] => {
    const [namespace, name] = key.split('/')
    if (namespace && name) return [{ kind: 'Gateway', namespace, name }]
    return [
      ...portsOf(key)
        .slice(0, 1)
        .map(({ site }) => site),
      ...ourIngresses,
    ]
  }
  const tell = (): void => {
    const hasPool = context.loadBalancer !== undefined || context.isBalancedByOthers
    const pooled = hasPool ? [] : sites().filter(({ gateway }) => gateway !== undefined)
    told.tell([
      ...news,
      ...obstacles.all().flatMap(([what, key, { message }]) => originsOf(key).map(warning(what, message))),
      ...pooled.flatMap((site) => originsOf(keyOfSite(site)).map(warning('NoLoadBalancer', NO_POOL))),
    ])
  }

  /** Whose addresses there must be. */
  const sites = (): readonly WantedSite[] => {
    const ofIngresses = portsOf('')
    return [
      ...reader
        .gateways()
        .map((gateway) => ({ gateway, ports: portsOf(keyOf(gateway)) }))
        // One that has an address keeps it while nothing is right about its listeners.
        .filter(({ gateway, ports }) => ports.length > 0 || services.of(keyOf(gateway)) !== undefined),
      ...(ofIngresses.length > 0 ? [{ gateway: undefined, ports: ofIngresses }] : []),
    ]
  }

  /** How long nothing need be decided; undefined: it is time. */
  const mayWait = (): number | undefined => {
    if (routing !== undefined || reader.gateways().length > 0 || reader.mayHaveIngresses()) return undefined
    if (reader.classes().length === 0) return Number.POSITIVE_INFINITY
    return hasWaited ? undefined : UNUSED_CLASS_WAITS_MS
  }
  const decide = async (): Promise<number | undefined> => {
    // It is told when they have.
    if (!kinds.haveSynced) return undefined
    const waits = mayWait()
    hasWaited = true
    if (waits === undefined) {
      routing ??= await import('#routes/routes-of.ts')
      const began = context.clock.now()
      const objects = reader.objects()
      const options = { ...reader.options(), obstacleAt: obstacles.at }
      const { statuses: wanted, ...routes } = routing.routesOf(objects, options)
      ;({ wantedPorts, kernelPorts, news } = routes)
      ourIngresses = wanted.flatMap(({ object }) => (object.kind === 'Ingress' ? [object] : []))
      slices.set(kernelPorts)
      for (const id of statuses.set(wanted)) loop.queue.add(id)
      tell()
      const ended = context.clock.now()
      restsUntil = ended + Math.min((ended - began) * (1 / SHARE - 1), LONGEST_REST_MS)
    } else if (waits === Number.POSITIVE_INFINITY) for (const id of statuses.set([])) loop.queue.add(id)
    isDecided = true
    for (const key of [DATA_PLANE, SERVICES, SLICES]) loop.queue.add(key)
    return waits === undefined || waits === Number.POSITIVE_INFINITY ? undefined : waits
  }

  const meet = (what: Obstacle, found: ReadonlyMap<string, Fault>): void => {
    if (obstacles.set(what, found)) note()
    tell()
  }
  const keepDataPlane = async (): Promise<void> => {
    const served = sites().filter((site) => needsPods(site, services.of(keyOfSite(site)), kernelPorts))
    if (served.length === 0) await dataPlane.remove()
    const fault = served.length === 0 ? undefined : blockedBy(await dataPlane.keep())
    if (served.length > 0) await dataPlane.forget(reader.isPod)
    meet('DataPlaneBlocked', new Map(fault && served.map((site) => [keyOfSite(site), fault])))
  }
  const keepServices = async (): Promise<void> => {
    const { unmade, error } = await services.keep(sites())
    // Of what has changed or gone meanwhile there is more to hear.
    const lasting = unmade.filter(({ error }) => !isConflict(error) && !isNotFound(error))
    meet('ServiceBlocked', new Map(lasting.map(({ site, fault }) => [keyOfSite(site), fault])))
    if (error !== undefined) throw error
  }

  const sync = async (key: string): Promise<unknown> => {
    if (!isDecided && key !== ROUTES) return undefined
    switch (key) {
      case ROUTES:
        return decide()
      case DATA_PLANE:
        return keepDataPlane()
      case SERVICES:
        return keepServices()
      case SLICES:
        return slices.keep()
      default:
        return statuses.keep(key)
    }
  }
  const caches: readonly Cache[] = [...reader.caches, ...dataPlane.caches, slices.cache]
  const loop = runLoop(context, 'gateway', caches, sync)
  loop.queue.add(ROUTES)
  return loop.running
}

const blockedBy = (foreign: readonly ApiObject[]): Fault | undefined => {
  if (foreign.length === 0) return undefined
  const names = foreign.map((one) => `${one.kind} ${keyOf(one)}`).join(', ')
  const message = `somebody else has what the gateway's pods need the name of: ${names}; delete it, and the gateway's own is made`
  return { reason: 'NoResources', message }
}
const warning =
  (reason: string, message: string) =>
  (object: Origin): News => ({ object, type: 'Warning', reason, message })
