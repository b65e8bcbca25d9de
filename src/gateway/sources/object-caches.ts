import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { backendTLSPolicies } from '#api/gatewayapi/backendtlspolicy/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { grpcRoutes } from '#api/gatewayapi/grpcroute/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { listenerSets } from '#api/gatewayapi/listenerset/resource.ts'
import { referenceGrants } from '#api/gatewayapi/referencegrant/resource.ts'
import { gatewayResources } from '#api/gatewayapi/resources.ts'
import { tcpRoutes } from '#api/gatewayapi/tcproute/resource.ts'
import { tlsRoutes } from '#api/gatewayapi/tlsroute/resource.ts'
import { udpRoutes } from '#api/gatewayapi/udproute/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Handlers, Informer, Informers } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { RouteObjects } from '#routes/route-objects.ts'
import { bindOf, siteKey, siteKeyOf } from '#routes/site-service.ts'
import type { Origin } from '#routes/table/origin.ts'
import { isReportMap } from './lean-client.ts'

/** All that routes follow from but endpoints, cached. Kinds of the Gateway API may not be served, and come later. */
export class ObjectCaches {
  readonly #informers: Informers
  /** Services that have a site's addresses, by its key. */
  readonly #siteServices = new Map<string, Service>()

  /**
   * `changed`: something is not as it was; many at once are told many times. `report`: the ConfigMap that pods report in, of
   * which nothing follows; undefined when it goes.
   */
  constructor(informers: Informers, changed: () => void, report: (configMap?: ConfigMap) => void = () => undefined) {
    this.#informers = informers
    const handlers = asking(changed)
    const cache = <T extends ApiObject>(resource: Resource<T>, isOptional = false): Informer<T> => {
      const informer = informers.for(resource, { isOptional })
      informer.addHandlers(handlers as Handlers<T>)
      return informer
    }
    // Before the handlers that only say that something has changed.
    informers.for(services).addHandlers({
      onAdd: (service) => this.#noteService(service),
      onUpdate: (_, service) => this.#noteService(service),
      onDelete: ({ metadata }) => this.#forgetService(metadata?.uid),
    })
    const reports = informers.for(configMaps)
    reports.addHandlers(where((one) => !isReportMap(one), handlers))
    reports.addHandlers(
      where<ConfigMap>(isReportMap, { onAdd: report, onUpdate: (_, one) => report(one), onDelete: () => report() }),
    )
    for (const resource of [services, namespaces, secrets, ingresses, ingressClasses])
      cache(resource as unknown as Resource)
    for (const resource of gatewayResources) cache(resource, true)
  }

  objects(): RouteObjects {
    const all = <T extends ApiObject>(resource: Resource<T>): readonly T[] =>
      this.#informers
        .for(resource)
        .lister.list()
        .filter((one) => !isLeaving(one))
    const found = <T extends ApiObject>(resource: Resource<T>) => {
      const { lister } = this.#informers.for(resource)
      return (key: string): T | undefined => lister.byKey(key)
    }
    const namespace = found(namespaces)
    return {
      gatewayClasses: all(gatewayClasses),
      gateways: all(gateways),
      listenerSets: all(listenerSets),
      httpRoutes: all(httpRoutes),
      grpcRoutes: all(grpcRoutes),
      tlsRoutes: all(tlsRoutes),
      tcpRoutes: all(tcpRoutes),
      udpRoutes: all(udpRoutes),
      referenceGrants: all(referenceGrants),
      backendTLSPolicies: all(backendTLSPolicies),
      ingresses: all(ingresses),
      ingressClasses: all(ingressClasses),
      namespaceLabels: (name) => {
        const metadata = namespace(name)?.metadata
        return metadata && (metadata.labels ?? {})
      },
      service: found(services),
      secret: found(secrets),
      configMap: found(configMaps),
    }
  }

  /** Where the proxy listens for a port of a site; undefined where nobody has said so yet. */
  bindOf(site: Origin, port: number): number | undefined {
    const service = this.#siteServices.get(siteKey(site))
    return service && bindOf(service, port)
  }

  #noteService(service: Service): void {
    this.#forgetService(service.metadata?.uid)
    const key = siteKeyOf(service)
    if (key !== undefined) this.#siteServices.set(key, service)
  }

  #forgetService(uid: string | undefined): void {
    for (const [key, { metadata }] of this.#siteServices) if (metadata?.uid === uid) this.#siteServices.delete(key)
  }
}

/** Of what comes, goes, or asks for something else. */
const asking = (changed: () => void): Handlers<ApiObject> => ({
  onAdd: changed,
  onDelete: changed,
  onUpdate: (before, after) => {
    if (asksElse(before, after)) changed()
  },
})

/** Handlers that hear of some objects alone. */
const where = <T extends ApiObject>(isMeant: (object: T) => boolean, handlers: Handlers<T>): Handlers<T> => ({
  onAdd: (object) => isMeant(object) && handlers.onAdd?.(object),
  onDelete: (object) => isMeant(object) && handlers.onDelete?.(object),
  onUpdate: (before, after) => isMeant(after) && handlers.onUpdate?.(before, after),
})

/** Whether more of an object is another than what is said of it. */
const asksElse = (before: ApiObject, after: ApiObject): boolean =>
  before.metadata?.uid !== after.metadata?.uid || asked(before) !== asked(after)

/** As a text. One that has a spec has another generation where that is another; the others are small. */
const asked = ({ metadata, ...object }: ApiObject): string => {
  const { generation, deletionTimestamp, labels, annotations } = metadata ?? {}
  const body = generation !== undefined && 'spec' in object ? generation : { ...object, status: undefined }
  return JSON.stringify([deletionTimestamp, labels, annotations, body])
}
