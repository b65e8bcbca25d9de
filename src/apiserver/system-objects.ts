import { serviceAddress } from '#allocator/address-range.ts'
import type { Endpoints } from '#api/core/endpoints/message.ts'
import { endpoints } from '#api/core/endpoints/resource.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import type { PriorityClass } from '#api/scheduling/priorityclass/message.ts'
import { priorityClasses } from '#api/scheduling/priorityclass/resource.ts'
import { SYSTEM_CLASSES } from '#api/scheduling/priorityclass/system-classes.ts'
import { formatCidr, parseCidr } from '#net/cidr.ts'
import { SERVICE_NAME_LABEL, SKIP_MIRROR_LABEL } from '#objects/well-known.ts'

/** As every cluster has them. */
const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

interface SystemObjectOptions {
  readonly serviceCidrs: readonly string[]
  /** Where the `kubernetes` Service leads. */
  readonly advertise: { readonly address: string; readonly port: number }
}

/** The first address of the first range, as every client library and certificate expects. */
export const kubernetesAddress = (ranges: readonly string[]): string => serviceAddress(ranges[0]!, 1)

/**
 * What every cluster has before anyone asks, in the order in which it can be made: four namespaces, the ranges of
 * ClusterIPs, the `kubernetes` Service with its endpoints, and the priorities of what a cluster stands on.
 */
export const systemObjects = ({ serviceCidrs: ranges, advertise }: SystemObjectOptions): readonly ResourceObject[] => [
  ...NAMESPACES.map((name): ResourceObject => {
    const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    return { resource: namespaces, object: namespace }
  }),
  { resource: serviceCidrs, object: kubernetesCidr(ranges) },
  { resource: services, object: kubernetesService(kubernetesAddress(ranges), advertise.port) },
  { resource: endpoints, object: kubernetesEndpoints(advertise) },
  { resource: endpointSlices, object: kubernetesSlice(advertise) },
  ...SYSTEM_CLASSES.map(({ name, value, description }): ResourceObject => {
    const object: PriorityClass = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    }
    return { resource: priorityClasses, object }
  }),
]

const kubernetesCidr = (ranges: readonly string[]): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: ranges.map((cidr) => formatCidr(parseCidr(cidr))) },
})

const kubernetesService = (clusterIP: string, targetPort: number): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort }],
    clusterIP,
    ipFamilyPolicy: 'SingleStack',
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
})

const kubernetesEndpoints = ({ address, port }: SystemObjectOptions['advertise']): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    // The mark keeps the endpoints controller's mirroring off: the slice below says the same.
    labels: { [SKIP_MIRROR_LABEL]: 'true' },
  },
  subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
})

const kubernetesSlice = ({ address, port }: SystemObjectOptions['advertise']): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { [SERVICE_NAME_LABEL]: 'kubernetes' },
  },
  addressType: address.includes(':') ? 'IPv6' : 'IPv4',
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports: [{ name: 'https', port, protocol: 'TCP' }],
})
