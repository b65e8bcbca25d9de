import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { BackendTLSPolicy } from '#api/gatewayapi/backendtlspolicy/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import type { GRPCRoute } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRoute } from '#api/gatewayapi/httproute/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import type { ReferenceGrant } from '#api/gatewayapi/referencegrant/message.ts'
import type { TCPRoute } from '#api/gatewayapi/tcproute/message.ts'
import type { TLSRoute } from '#api/gatewayapi/tlsroute/message.ts'
import type { UDPRoute } from '#api/gatewayapi/udproute/message.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import type { Labels } from '#objects/object.ts'
import type { WantedPort } from './routes.ts'
import type { Origin } from './table/origin.ts'
import type { Fault } from './values/fault.ts'

/**
 * All that routing follows from. Objects never change: who has read one once need not read it again, so that what an
 * unchanged object asks for is kept beside it.
 */
export interface RouteObjects {
  readonly gatewayClasses: readonly GatewayClass[]
  readonly gateways: readonly Gateway[]
  readonly listenerSets: readonly ListenerSet[]
  readonly httpRoutes: readonly HTTPRoute[]
  readonly grpcRoutes: readonly GRPCRoute[]
  readonly tlsRoutes: readonly TLSRoute[]
  readonly tcpRoutes: readonly TCPRoute[]
  readonly udpRoutes: readonly UDPRoute[]
  readonly referenceGrants: readonly ReferenceGrant[]
  readonly backendTLSPolicies: readonly BackendTLSPolicy[]
  readonly ingresses: readonly Ingress[]
  readonly ingressClasses: readonly IngressClass[]
  /** Of the namespace; undefined where there is none. */
  readonly namespaceLabels: (name: string) => Labels | undefined
  /** By `namespace/name`, as the other two. */
  readonly service: (key: string) => Service | undefined
  readonly secret: (key: string) => Secret | undefined
  readonly configMap: (key: string) => ConfigMap | undefined
}

export type ServedAt = number | 'untold' | undefined

/** What the objects of the API do not tell. */
export interface RouteOptions {
  readonly controllerName: string
  /** `gateway.networking.k8s.io/bundle-version` of the definitions that are served, each once. */
  readonly bundleVersions: readonly string[]
  /** Where the proxy listens for a port of a site; undefined: it has none yet, and the table is without that port. */
  readonly bindOf: (site: Origin, port: number) => number | undefined
  /** Addresses that a site has been given. */
  readonly addressesOf: (site: Origin) => readonly string[]
  /**
   * As which generation of a Gateway or ListenerSet the proxies serve what listens at one of its ports; `untold`: they have
   * no room to say; undefined: they do not.
   */
  readonly servedAt: (owner: Origin, port: number) => ServedAt
  /**
   * Whether what comes for a port of a site's addresses is led to somebody: by its Service, and where a proxy listens by an
   * endpoint that is ready.
   */
  readonly isLed: (port: WantedPort) => boolean
  /** What is in the way of all that makes a site reached and served; absent: nobody looks. */
  readonly obstacleAt?: (site: Origin) => Fault | undefined
  /** What a proxy does not take, in its words, by the id of a rule (`Rule.id`) or of a listener (`listenerId()`). */
  readonly refusals: ReadonlyMap<string, string>
  /** What of a rule a proxy does not do yet, and why, by its id: it is served without it meanwhile. */
  readonly waiting: ReadonlyMap<string, string>
  /** What is wrong with a certificate and its key, both PEM. The same texts have the same answer. */
  readonly checkCertificate: (chain: string, key: string) => string | undefined
  /** The host names that a certificate in PEM is for, those with a star too; none where it cannot be read. */
  readonly certificateNames: (chain: string) => readonly string[]
  /** What is wrong with a bundle of certificates of authorities in PEM. */
  readonly checkAuthorities: (bundle: string) => string | undefined
}
