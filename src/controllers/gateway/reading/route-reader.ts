import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { certificateChecks } from '#client/certificate-check.ts'
import type { Informer, Informers } from '#client/informer.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE, GATEWAY_CONTROLLER, GATEWAY_NAME_LABEL } from '#routes/data-plane.ts'
import { type PodReport, readReports, refusalsOf, servedBy, waitingOf } from '#routes/reports.ts'
import type { RouteObjects, RouteOptions } from '#routes/route-objects.ts'
import { bindOf, isManaged, siteKey, siteKeyOf } from '#routes/site-service.ts'
import { steadyMap } from '#routes/values/remembered.ts'
import type { Cache } from '../../context.ts'
import { sameValue } from '../../values/equal.ts'
import type { SiteServices } from '../infrastructure/site-services.ts'
import { askedHandlers, type GatewayCaches } from './caches.ts'
import { SiteSlices } from './site-slices.ts'

const BUNDLE_VERSION = 'gateway.networking.k8s.io/bundle-version'

/** Objects of one kind that are looked up by name, and which of them were. */
class Lookup<T extends ApiObject> {
  readonly cache: Informer<T>
  #asked = new Set<string>()

  constructor(cache: Informer<T>) {
    this.cache = cache
  }

  /** From now on it is noted anew what is asked for. */
  begin(): void {
    this.#asked = new Set()
  }

  readonly find = (key: string): T | undefined => {
    this.#asked.add(key)
    const object = this.cache.lister.byKey(key)
    return object && !isLeaving(object) ? object : undefined
  }

  wasAsked(object: T): boolean {
    return this.#asked.has(keyOf(object))
  }
}

/**
 * All that routing follows from, out of the caches. Calls `changed` where it may be another than when it was read, and `said` with
 * an Ingress whose status somebody has written.
 */
export class RouteReader {
  readonly #kinds: GatewayCaches
  readonly #sites: SiteServices
  readonly #services
  readonly #secrets
  readonly #configMaps
  readonly #ingresses
  readonly #classes
  readonly #namespaces
  readonly #pods
  readonly #definitions
  readonly #slices
  readonly #checks = certificateChecks()
  readonly #refusals = steadyMap<string, string>()
  readonly #waiting = steadyMap<string, string>()

  constructor(
    informers: Informers,
    kinds: GatewayCaches,
    sites: SiteServices,
    { changed, said }: { readonly changed: () => void; readonly said: (ingress: ApiObject) => void },
  ) {
    this.#kinds = kinds
    this.#sites = sites
    this.#services = new Lookup(informers.for(services))
    this.#secrets = new Lookup(informers.for(secrets))
    this.#configMaps = new Lookup(informers.for(configMaps))
    this.#ingresses = informers.for(ingresses)
    this.#classes = informers.for(ingressClasses)
    this.#namespaces = informers.for(namespaces)
    this.#pods = informers.for(pods)
    this.#definitions = informers.for(customResourceDefinitions)
    const isSite = (key: string): boolean => {
      const service = this.#services.cache.lister.byKey(key)
      return service !== undefined && siteKeyOf(service) !== undefined
    }
    this.#slices = new SiteSlices(informers, isSite, changed)
    this.#ingresses.addHandlers(askedHandlers(changed, said))
    this.#classes.addHandlers(askedHandlers(changed))
    for (const lookup of [this.#services, this.#secrets, this.#configMaps] as unknown as Lookup<ApiObject>[]) {
      const note = (object: ApiObject): void => {
        if (lookup.wasAsked(object)) changed()
      }
      lookup.cache.addHandlers({ onAdd: note, onUpdate: (_, object) => note(object), onDelete: note })
    }
    const noteSite = (service: Service): void => {
      if (siteKeyOf(service) !== undefined || service.metadata?.labels?.[GATEWAY_NAME_LABEL] !== undefined) changed()
    }
    this.#services.cache.addHandlers({
      onAdd: noteSite,
      onDelete: noteSite,
      onUpdate: (before, service) => {
        noteSite(before)
        noteSite(service)
      },
    })
    this.#namespaces.addHandlers({
      onAdd: changed,
      onDelete: changed,
      onUpdate: (before, after) => {
        if (!sameValue(before.metadata?.labels, after.metadata?.labels)) changed()
      },
    })
    const hasReported = ({ metadata }: ApiObject): boolean => {
      const said = this.#configMaps.cache.lister.byKey(DATA_PLANE_KEY)?.data ?? {}
      return metadata?.namespace === DATA_PLANE_NAMESPACE && Object.hasOwn(said, metadata.name ?? '')
    }
    this.#pods.addHandlers({
      onDelete: (pod) => {
        if (hasReported(pod)) changed()
      },
      onUpdate: (before, pod) => {
        if (takesTraffic(before) !== takesTraffic(pod) && hasReported(pod)) changed()
      },
    })
    const noteDefinition = ({ metadata }: ApiObject): void => {
      if (metadata?.annotations?.[BUNDLE_VERSION] !== undefined) changed()
    }
    this.#definitions.addHandlers({
      onAdd: noteDefinition,
      onDelete: noteDefinition,
      onUpdate: (before, after) => {
        if (before.metadata?.annotations?.[BUNDLE_VERSION] !== after.metadata?.annotations?.[BUNDLE_VERSION]) changed()
      },
    })
  }

  /** What all must have come into before it is read. */
  get caches(): readonly Cache[] {
    return [
      ...this.#kinds.caches,
      ...[this.#services, this.#secrets, this.#configMaps].map(({ cache }) => cache),
      ...[this.#ingresses, this.#classes, this.#namespaces, this.#pods, this.#definitions, this.#slices.cache],
    ]
  }

  /** Gateways of a class of ours. */
  gateways(): readonly Gateway[] {
    const classes = this.classes().map(({ metadata }) => metadata?.name)
    return this.#kinds.list('Gateway').filter(({ spec }) => classes.includes(spec?.gatewayClassName))
  }

  /** Those that name this controller. */
  classes(): readonly GatewayClass[] {
    return this.#kinds.list('GatewayClass').filter(({ spec }) => spec?.controllerName === GATEWAY_CONTROLLER)
  }

  /** Whether an Ingress may be of a class of ours. */
  mayHaveIngresses(): boolean {
    return (
      this.#ingresses.lister.size > 0 &&
      this.#classes.lister.list().some(({ spec }) => spec?.controller === GATEWAY_CONTROLLER)
    )
  }

  /** The Ingress of a key. */
  readonly ingress = (key: string): Ingress | undefined => this.#ingresses.lister.byKey(key)

  /** Whether a pod of the data plane is there. */
  readonly isPod = (name: string): boolean => this.#pods.lister.get(name, DATA_PLANE_NAMESPACE) !== undefined

  /** All objects now; whatever is looked up in them is noted. */
  objects(): RouteObjects {
    for (const lookup of [this.#services, this.#secrets, this.#configMaps]) lookup.begin()
    const there = <T extends ApiObject>(all: readonly T[]): readonly T[] => all.filter((one) => !isLeaving(one))
    return {
      gatewayClasses: this.#kinds.list('GatewayClass'),
      gateways: this.#kinds.list('Gateway'),
      listenerSets: this.#kinds.list('ListenerSet'),
      httpRoutes: this.#kinds.list('HTTPRoute'),
      grpcRoutes: this.#kinds.list('GRPCRoute'),
      tlsRoutes: this.#kinds.list('TLSRoute'),
      tcpRoutes: this.#kinds.list('TCPRoute'),
      udpRoutes: this.#kinds.list('UDPRoute'),
      referenceGrants: this.#kinds.list('ReferenceGrant'),
      backendTLSPolicies: this.#kinds.list('BackendTLSPolicy'),
      ingresses: there(this.#ingresses.lister.list()),
      ingressClasses: there(this.#classes.lister.list()),
      namespaceLabels: (name) => {
        const namespace = this.#namespaces.lister.get(name)
        return namespace && (namespace.metadata?.labels ?? {})
      },
      service: this.#services.find,
      secret: this.#secrets.find,
      configMap: this.#configMaps.find,
    }
  }

  /** What pods that are there say; somebody else's ConfigMap of that name says nothing. */
  #reports(): ReadonlyMap<string, PodReport> {
    const configMap = this.#configMaps.find(DATA_PLANE_KEY)
    return readReports(configMap && isManaged(configMap) ? configMap : undefined, this.isPod)
  }

  #takesTraffic(name: string): boolean {
    const pod = this.#pods.lister.get(name, DATA_PLANE_NAMESPACE)
    return pod !== undefined && takesTraffic(pod)
  }

  /** What the objects do not tell; asked after them. */
  options(): RouteOptions {
    const sites = this.#sites.all()
    const reports = this.#reports()
    const serving = [...reports].flatMap(([pod, report]) => (this.#takesTraffic(pod) ? [report] : []))
    const versions = this.#definitions.lister
      .list()
      .flatMap(({ metadata }) => metadata?.annotations?.[BUNDLE_VERSION] ?? [])
    return {
      controllerName: GATEWAY_CONTROLLER,
      bundleVersions: [...new Set(versions)].sort(),
      bindOf: (site, port) => {
        const service = sites.get(siteKey(site))
        return service && bindOf(service, port)
      },
      addressesOf: (site) => heldBy(sites.get(siteKey(site))),
      servedAt: (owner, port) => servedBy(serving, owner, port),
      isLed: (port) => {
        const service = sites.get(siteKey(port.site))
        return service !== undefined && this.#slices.isLed(service, port)
      },
      refusals: this.#refusals(refusalsOf(reports.values())),
      waiting: this.#waiting(waitingOf(reports.values())),
      ...this.#checks,
    }
  }
}

/** One that leaves serves what it has to the end, and hears of nothing new. */
const takesTraffic = (pod: Pod): boolean => isReady(pod) && !isLeaving(pod)
const DATA_PLANE_KEY = `${DATA_PLANE_NAMESPACE}/${DATA_PLANE_NAME}`
const heldBy = (service: Service | undefined): readonly string[] =>
  (service?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? [])
