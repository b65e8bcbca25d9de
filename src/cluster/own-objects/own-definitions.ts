import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
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
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { Resource } from '#api/resource.ts'
import { type ClusterConfig, leaves } from '../config.ts'

const nameOf = ({ plural, group }: Pick<Resource, 'plural' | 'group'>): string => `${plural}.${group}`

const POLICIES = [nameOf(clusterNetworkPolicies)]
const GATEWAY = [
  gatewayClasses,
  gateways,
  listenerSets,
  httpRoutes,
  grpcRoutes,
  tlsRoutes,
  tcpRoutes,
  udpRoutes,
  referenceGrants,
  backendTLSPolicies,
].map(nameOf)

/** Of the custom resources that a cluster defines at each start, where nobody has: the names of their definitions. */
export const ownDefinitionNames = (config: Pick<ClusterConfig, 'without'>): readonly string[] => [
  ...(leaves(config, 'policies') ? [] : POLICIES),
  ...(leaves(config, 'gateway') ? [] : GATEWAY),
]

/** All of them, as they are once they are served. They are made when they are asked for: few starts do. */
export const ownDefinitions = async (now: number): Promise<readonly CustomResourceDefinition[]> => {
  const [{ establishedDefinition }, { clusterNetworkPolicyDefinition }, { gatewayDefinitions }] = await Promise.all([
    import('#api/apiextensions/customresourcedefinition/established.ts'),
    import('#api/policynetworking/definition.ts'),
    import('#api/gatewayapi/definition/definitions.ts'),
  ])
  return [clusterNetworkPolicyDefinition, ...gatewayDefinitions()].map((one) => establishedDefinition(one, now))
}
