import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { familiesOf, ofFamily } from '#net/per-family.ts'
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import type { ClusterConfig } from '../config.ts'

const LABELS = { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' }
const PORTS = [
  { name: 'dns', protocol: 'UDP', port: 53 },
  { name: 'dns-tcp', protocol: 'TCP', port: 53 },
] as const

/**
 * The cluster's DNS as it stands in the API, in the order in which it can be made. `nodes` is asked each time that an
 * object is looked at: nodes come and go.
 */
export const clusterDnsObjects = (
  config: ClusterConfig,
  nodes: () => ClusterConfig['nodes'],
): readonly ResourceObject[] => [
  { resource: services, object: clusterDnsService(config) },
  ...familiesOf(config.clusterDns).map(
    (family): ResourceObject => ({
      resource: endpointSlices,
      get object() {
        return clusterDnsSlice(nodes(), family)
      },
    }),
  ),
]

/** Its addresses belong to it also while it is not there. */
export const clusterDnsAddresses = (config: ClusterConfig): ReadonlyMap<string, string> =>
  new Map(config.clusterDns.map((address) => [address, 'kube-system/kube-dns']))

/**
 * The cluster's DNS as a Service like any other: under the name and the address that every Kubernetes cluster has it.
 */
const clusterDnsService = (config: ClusterConfig): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kube-dns', namespace: 'kube-system', labels: LABELS },
  spec: {
    type: 'ClusterIP',
    clusterIP: config.clusterDns[0],
    clusterIPs: config.clusterDns,
    ipFamilies: familiesOf(config.clusterDns),
    ipFamilyPolicy: config.clusterDns.length > 1 ? 'RequireDualStack' : 'SingleStack',
    ports: PORTS.map((port) => ({ ...port, targetPort: 53 })),
  },
})

/**
 * Its endpoints: each node's agent answers on the node's own addresses. Without a selector, so no controller touches
 * them. A node prefers nobody: any of them can answer for all.
 */
const clusterDnsSlice = (nodes: ClusterConfig['nodes'], addressType: IpFamily): EndpointSlice => {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `kube-dns-${addressType.toLowerCase()}`,
      namespace: 'kube-system',
      labels: {
        ...LABELS,
        [SERVICE_NAME_LABEL]: 'kube-dns',
        [MANAGED_BY_LABEL]: 'fairlead',
      },
    },
    addressType,
    endpoints: nodes
      .filter(({ leaving }) => leaving === undefined)
      .map((node) => ({
        addresses: [ofFamily(node.addresses, addressType)],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: node.name,
      })),
    ports: PORTS,
  }
}
