import { isConflict, isNotFound } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import type { News, WantedPort } from '#routes/routes.ts'
import { siteKey } from '#routes/site-service.ts'
import type { Origin } from '#routes/table/origin.ts'
import { type Cache, type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { KernelSlices } from './forwarded/kernel-slices.ts'
import { DataPlane } from './infrastructure/data-plane.ts'
import type { WantedSite } from './infrastructure/desired-site.ts'
import { SiteServices } from './infrastructure/site-services.ts'
import { GatewayCaches } from './reading/caches.ts'
import { RouteReader } from './reading/route-reader.ts'
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
  let wantedPorts: readonly WantedPort[] = []
  let news: readonly News[] = []
  let blocked: readonly News[] = []

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
    gone: note,
  })
  const services = new SiteServices(context)
  const dataPlane = new DataPlane(context, () => loop.queue.add(DATA_PLANE))
  const slices = new KernelSlices(context, services, () => loop.queue.add(SLICES))
  const reader = new RouteReader(informers, kinds, services, {
    changed: note,
    said: (ingress) => loop.queue.add(idOf('Ingress', keyOf(ingress))),
  })
  const statuses = new Statuses(context, kinds)
  const told = new Told(recorderOf(context, 'gateway-controller'), (id) => statuses.find(id)?.object)
  const tell = (): void => told.tell([...news, ...blocked])

  /** Whose addresses there must be. */
  const sites = (): readonly WantedSite[] => {
    const portsOf = (key: string) => wantedPorts.filter(({ site }) => siteKey(site) === key)
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
    const waits = mayWait()
    hasWaited = true
    if (waits === undefined) {
      routing ??= await import('#routes/routes-of.ts')
      const began = context.clock.now()
      const {
        wantedPorts: ports,
        kernelPorts,
        statuses: wanted,
        news: all,
      } = routing.routesOf(reader.objects(), reader.options())
      wantedPorts = ports
      news = all
      slices.set(kernelPorts)
      for (const id of statuses.set(wanted)) loop.queue.add(id)
      tell()
      const ended = context.clock.now()
      restsUntil = ended + Math.min((ended - began) * (1 / SHARE - 1), LONGEST_REST_MS)
    } else if (waits === Number.POSITIVE_INFINITY) for (const id of statuses.set([])) loop.queue.add(id)
    for (const key of [DATA_PLANE, SERVICES, SLICES]) loop.queue.add(key)
    return waits === undefined || waits === Number.POSITIVE_INFINITY ? undefined : waits
  }

  const block = (about: string, all: readonly News[]): void => {
    blocked = [...blocked.filter(({ message }) => !message.startsWith(about)), ...all]
    tell()
  }
  const keepDataPlane = async (): Promise<void> => {
    const now = sites()
    if (now.length === 0) return dataPlane.remove()
    const foreign = await dataPlane.keep()
    await dataPlane.forget(reader.isPod)
    const names = foreign.map((one) => `${one.kind} ${keyOf(one)}`).join(', ')
    const message = `The data plane lacks what others have the names of: ${names}`
    block('The data plane', names === '' ? [] : now.flatMap(originOf).map(warning('DataPlaneBlocked', message)))
  }
  const keepServices = async (): Promise<void> => {
    const now = sites()
    const unmade = await services.keep(now)
    const news = unmade
      .filter(({ error }) => !isConflict(error) && !isNotFound(error))
      .flatMap(({ site, error }) => {
        const why = error === undefined ? 'others have its names' : (error as Error).message
        return originOf(site).map(warning('ServiceBlocked', `The Service of this Gateway is not made: ${why}`))
      })
    const pooled = context.loadBalancer === undefined ? now.flatMap(originOf) : []
    block('The Service', news)
    block('No load balancer', pooled.map(warning('NoLoadBalancer', NO_POOL)))
    const failed = unmade.find(({ error }) => error !== undefined)
    if (failed !== undefined) throw failed.error
  }

  const sync = async (key: string): Promise<unknown> => {
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

const originOf = ({ gateway }: WantedSite): readonly Origin[] =>
  gateway ? [{ kind: 'Gateway', namespace: gateway.metadata!.namespace!, name: gateway.metadata!.name! }] : []
const warning =
  (reason: string, message: string) =>
  (object: Origin): News => ({ object, type: 'Warning', reason, message })
