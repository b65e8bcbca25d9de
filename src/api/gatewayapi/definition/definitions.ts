import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { Resource } from '#api/resource.ts'
import type { MessageClass } from '#schema/schema.ts'
import { backendTLSPolicyLimits } from '../backendtlspolicy/limits.ts'
import { BackendTLSPolicy } from '../backendtlspolicy/message.ts'
import { backendTLSPolicies } from '../backendtlspolicy/resource.ts'
import { gatewayLimits } from '../gateway/limits.ts'
import { Gateway } from '../gateway/message.ts'
import { gateways } from '../gateway/resource.ts'
import { gatewayClassLimits } from '../gatewayclass/limits.ts'
import { GatewayClass } from '../gatewayclass/message.ts'
import { gatewayClasses } from '../gatewayclass/resource.ts'
import { grpcRouteLimits } from '../grpcroute/limits.ts'
import { GRPCRoute } from '../grpcroute/message.ts'
import { grpcRoutes } from '../grpcroute/resource.ts'
import { httpFilterLimits } from '../httproute/filter-limits.ts'
import { httpRouteLimits } from '../httproute/limits.ts'
import { HTTPRoute } from '../httproute/message.ts'
import { httpRoutes } from '../httproute/resource.ts'
import { listenerSetLimits } from '../listenerset/limits.ts'
import { ListenerSet } from '../listenerset/message.ts'
import { listenerSets } from '../listenerset/resource.ts'
import { referenceGrantLimits } from '../referencegrant/limits.ts'
import { ReferenceGrant } from '../referencegrant/message.ts'
import { referenceGrants } from '../referencegrant/resource.ts'
import { filterLimits } from '../shared/filter-limits.ts'
import { metaLimits } from '../shared/limits.ts'
import { listenerLimits } from '../shared/listener-limits.ts'
import { routeLimits } from '../shared/route-limits.ts'
import { tcpRouteLimits } from '../tcproute/limits.ts'
import { TCPRoute } from '../tcproute/message.ts'
import { tcpRoutes } from '../tcproute/resource.ts'
import { tlsRouteLimits } from '../tlsroute/limits.ts'
import { TLSRoute } from '../tlsroute/message.ts'
import { tlsRoutes } from '../tlsroute/resource.ts'
import { TLSRouteV1alpha2 } from '../tlsroute/v1alpha2.ts'
import { udpRouteLimits } from '../udproute/limits.ts'
import { UDPRoute } from '../udproute/message.ts'
import { udpRoutes } from '../udproute/resource.ts'
import { definitionOf } from './definition.ts'
import { limitsTable, objectSchema } from './schema-of.ts'

const TABLE = limitsTable(
  metaLimits,
  routeLimits,
  listenerLimits,
  filterLimits,
  gatewayClassLimits,
  gatewayLimits,
  listenerSetLimits,
  httpFilterLimits,
  httpRouteLimits,
  grpcRouteLimits,
  tlsRouteLimits,
  tcpRouteLimits,
  udpRouteLimits,
  referenceGrantLimits,
  backendTLSPolicyLimits,
)

const schemaOf = (object: MessageClass<unknown>, description: string) => objectSchema(object, description, TABLE)

const condition = (type: string) => ({
  name: type,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
})
const HOSTNAMES = { name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' }

const gatewayClassDefinition = (): CustomResourceDefinition => {
  const schema = schemaOf(GatewayClass, 'A class of Gateways, and whose they are.')
  const columns = [
    { name: 'Controller', type: 'string', jsonPath: '.spec.controllerName' },
    condition('Accepted'),
    { name: 'Description', type: 'string', jsonPath: '.spec.description', priority: 1 },
  ]
  return definitionOf(gatewayClasses as unknown as Resource, {
    versions: [
      { name: 'v1', schema, columns, isStored: true },
      { name: 'v1beta1', schema, columns },
    ],
  })
}

const gatewayDefinition = (): CustomResourceDefinition => {
  const schema = schemaOf(Gateway, 'A place where traffic comes in: addresses, and what listens at them.')
  const columns = [
    { name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName' },
    { name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value' },
    condition('Programmed'),
  ]
  return definitionOf(gateways as unknown as Resource, {
    versions: [
      { name: 'v1', schema, columns, isStored: true },
      { name: 'v1beta1', schema, columns },
    ],
  })
}

const listenerSetDefinition = (): CustomResourceDefinition =>
  definitionOf(listenerSets as unknown as Resource, {
    versions: [
      {
        name: 'v1',
        schema: schemaOf(ListenerSet, 'Listeners that are added to a Gateway of somebody else.'),
        columns: [condition('Accepted'), condition('Programmed')],
        isStored: true,
      },
    ],
  })

const httpRouteDefinition = (): CustomResourceDefinition => {
  const schema = schemaOf(HTTPRoute, 'Where requests of HTTP go, by host, path, method, headers and query.')
  const columns = [HOSTNAMES]
  return definitionOf(httpRoutes as unknown as Resource, {
    versions: [
      { name: 'v1', schema, columns, isStored: true },
      { name: 'v1beta1', schema, columns },
    ],
  })
}

const grpcRouteDefinition = (): CustomResourceDefinition =>
  definitionOf(grpcRoutes as unknown as Resource, {
    versions: [
      {
        name: 'v1',
        schema: schemaOf(GRPCRoute, 'Where calls of gRPC go, by host, service, method and headers.'),
        columns: [HOSTNAMES],
        isStored: true,
      },
    ],
  })

const tlsRouteDefinition = (): CustomResourceDefinition => {
  const description = 'Where connections of TLS go, by the name that they ask for.'
  const schema = schemaOf(TLSRoute, description)
  return definitionOf(tlsRoutes as unknown as Resource, {
    versions: [
      { name: 'v1', schema, isStored: true },
      { name: 'v1alpha2', schema: schemaOf(TLSRouteV1alpha2, description), isDeprecated: true },
      { name: 'v1alpha3', schema, isDeprecated: true },
    ],
  })
}

const tcpRouteDefinition = (): CustomResourceDefinition =>
  definitionOf(tcpRoutes as unknown as Resource, {
    versions: [{ name: 'v1alpha2', schema: schemaOf(TCPRoute, 'Where connections of TCP go.'), isStored: true }],
  })

const udpRouteDefinition = (): CustomResourceDefinition =>
  definitionOf(udpRoutes as unknown as Resource, {
    versions: [{ name: 'v1alpha2', schema: schemaOf(UDPRoute, 'Where datagrams of UDP go.'), isStored: true }],
  })

const referenceGrantDefinition = (): CustomResourceDefinition => {
  const schema = schemaOf(ReferenceGrant, 'Who of other namespaces may refer to objects of this one.')
  return definitionOf(referenceGrants as unknown as Resource, {
    versions: [
      { name: 'v1', schema },
      { name: 'v1beta1', schema, isStored: true },
    ],
    hasStatus: false,
  })
}

const backendTLSPolicyDefinition = (): CustomResourceDefinition => {
  const schema = schemaOf(BackendTLSPolicy, 'Backends to which TLS is spoken.')
  return definitionOf(backendTLSPolicies as unknown as Resource, {
    versions: [
      { name: 'v1', schema, isStored: true },
      { name: 'v1alpha3', schema, isDeprecated: true },
    ],
    labels: { 'gateway.networking.k8s.io/policy': 'Direct' },
  })
}

/** What makes an API server serve the kinds of the Gateway API v1.5.1, with all fields of its experimental channel. */
export const gatewayDefinitions = (): readonly CustomResourceDefinition[] => [
  gatewayClassDefinition(),
  gatewayDefinition(),
  listenerSetDefinition(),
  httpRouteDefinition(),
  grpcRouteDefinition(),
  tlsRouteDefinition(),
  tcpRouteDefinition(),
  udpRouteDefinition(),
  referenceGrantDefinition(),
  backendTLSPolicyDefinition(),
]
