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
import type { Resource } from '#api/resource.ts'
import { startAddressPoolsController } from '#controllers/address-pools/controller.ts'
import { anyResource } from '#controllers/defined-resources.ts'
import { startGatewayController } from '#controllers/gateway/controller.ts'
import { startNodeIpamController } from '#controllers/node-ipam/controller.ts'
import type { ControllerEntry } from '#controllers/run.ts'
import type { PartName } from '../settings/part-name.ts'

/** What one process of the whole cluster does for each part. */
const CONTROLLERS: Readonly<Partial<Record<PartName, readonly ControllerEntry[]>>> = {
  network: [{ name: 'node-ipam', start: startNodeIpamController }],
  balancer: [{ name: 'address-pools', start: (context) => startAddressPoolsController(context) }],
  gateway: [{ name: 'gateway', start: startGatewayController }],
}

/** Those of these parts, in the order in which they are started. */
export const controllersOf = (parts: readonly PartName[]): readonly ControllerEntry[] =>
  parts.flatMap((part) => CONTROLLERS[part] ?? [])

/** Custom resources that a cluster may serve, or not, and that controllers ask for as they come and go. */
export const COMING_AND_GOING: readonly Resource[] = [
  anyResource(backendTLSPolicies),
  anyResource(gateways),
  anyResource(gatewayClasses),
  anyResource(grpcRoutes),
  anyResource(httpRoutes),
  anyResource(listenerSets),
  anyResource(referenceGrants),
  anyResource(tcpRoutes),
  anyResource(tlsRoutes),
  anyResource(udpRoutes),
]
