import { backendTLSPolicies } from '#api/gatewayapi/backendtlspolicy/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { grpcRoutes } from '#api/gatewayapi/grpcroute/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { listenerSets } from '#api/gatewayapi/listenerset/resource.ts'
import { referenceGrants } from '#api/gatewayapi/referencegrant/resource.ts'
import { tcpRoutes } from '#api/gatewayapi/tcproute/resource.ts'
import { tlsRoutes } from '#api/gatewayapi/tlsroute/resource.ts'
import { udpRoutes } from '#api/gatewayapi/udproute/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import type { GatewayObjects } from '#explain/cluster/gateway-facts.ts'
import type { UnseenResource } from '#explain/trace/unseen.ts'
import { isLeaving } from '#objects/deletion.ts'

interface Gathered {
  readonly objects: GatewayObjects
  /** Kinds that may not be looked at, which are taken for empty. */
  readonly forbidden: readonly UnseenResource[]
}

/**
 * What a cluster’s gateways are made of; undefined where there is neither a Gateway nor an Ingress. Kinds that are not
 * served cost one question each, which are asked at once. Rejects with an ApiError or a transport's error.
 */
export const gatherGatewayObjects = async (client: Client): Promise<Gathered | undefined> => {
  const forbidden: UnseenResource[] = []
  const all = async <T extends ApiObject>(resource: Resource<T>): Promise<readonly T[]> => {
    try {
      return (await client.list(resource)).items.filter((one) => !isLeaving(one))
    } catch (error) {
      const { code } = error instanceof ApiError ? error.status : {}
      if (code !== 403 && code !== 404) throw error
      if (code === 403) forbidden.push(resource.plural as UnseenResource)
      return []
    }
  }
  const [classes, gateway, ingressClass, ingress] = await Promise.all([
    all(gatewayClasses),
    all(gateways),
    all(ingressClasses),
    all(ingresses),
  ])
  if (gateway.length + ingress.length + classes.length === 0) return undefined
  const none = classes.length + gateway.length === 0
  const further = async <T extends ApiObject>(resource: Resource<T>) => (none ? [] : all(resource))
  const [set, http, grpc, tls, tcp, udp, grant, policy] = await Promise.all([
    further(listenerSets),
    further(httpRoutes),
    further(grpcRoutes),
    further(tlsRoutes),
    further(tcpRoutes),
    further(udpRoutes),
    further(referenceGrants),
    further(backendTLSPolicies),
  ])
  if (gateway.length + ingress.length + http.length + grpc.length + tls.length === 0) return undefined
  return {
    objects: {
      gatewayClasses: classes,
      gateways: gateway,
      ingressClasses: ingressClass,
      ingresses: ingress,
      listenerSets: set,
      httpRoutes: http,
      grpcRoutes: grpc,
      tlsRoutes: tls,
      tcpRoutes: tcp,
      udpRoutes: udp,
      referenceGrants: grant,
      backendTLSPolicies: policy,
    },
    forbidden,
  }
}
