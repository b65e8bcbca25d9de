import type { Resource } from '../resource.ts'
import { backendTLSPolicies } from './backendtlspolicy/resource.ts'
import { gateways } from './gateway/resource.ts'
import { gatewayClasses } from './gatewayclass/resource.ts'
import { grpcRoutes } from './grpcroute/resource.ts'
import { httpRoutes } from './httproute/resource.ts'
import { listenerSets } from './listenerset/resource.ts'
import { referenceGrants } from './referencegrant/resource.ts'
import { tcpRoutes } from './tcproute/resource.ts'
import { tlsRoutes } from './tlsroute/resource.ts'
import { udpRoutes } from './udproute/resource.ts'

/** All kinds of the Gateway API. They are custom resources: they may be served or not, and come and go. */
export const gatewayResources = [
  backendTLSPolicies,
  gatewayClasses,
  gateways,
  grpcRoutes,
  httpRoutes,
  listenerSets,
  referenceGrants,
  tcpRoutes,
  tlsRoutes,
  udpRoutes,
] as unknown as readonly Resource[]
