import { serviceAddress } from '#allocator/address-range.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { SYSTEM } from './access/caller.ts'
import type { Registry } from './registry/registry.ts'

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

export interface BootstrapOptions {
  readonly serviceCidrs: readonly string[]
  readonly advertise: { readonly address: string; readonly port: number }
}

/**
 * What every cluster has before anyone asks: four namespaces, and the `kubernetes` Service with its endpoints, which no
 * controller writes.
 */
export const bootstrap = (registry: Registry, options: BootstrapOptions): void => {
  const resource = (group: string, plural: string): Resource =>
    registry.machinery.resources.find((one) => one.group === group && one.plural === plural)!
  const create = (of: Resource, object: object, namespace?: string): void => {
    registry.create(of, object as ApiObject, { caller: SYSTEM, ...(namespace ? { namespace } : {}) })
  }
  for (const name of NAMESPACES) {
    create(resource('', 'namespaces'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  const { address, port } = options.advertise
  const labels = { component: 'apiserver', provider: 'kubernetes' }
  const ports = [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }]
  // The first address of the first range, as every client library and certificate expects.
  const clusterIP = serviceAddress(options.serviceCidrs[0]!, 1)
  create(
    resource('', 'services'),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', labels },
      spec: {
        ports,
        clusterIP,
        clusterIPs: [clusterIP],
        ipFamilyPolicy: 'SingleStack',
        ipFamilies: [clusterIP.includes(':') ? 'IPv6' : 'IPv4'],
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
    },
    'default',
  )
  create(
    resource('', 'endpoints'),
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      // The mark keeps the endpoints controller's mirroring off: the slice below says the same.
      metadata: { name: 'kubernetes', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
    },
    'default',
  )
  create(
    resource('discovery.k8s.io', 'endpointslices'),
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: 'https', port, protocol: 'TCP' }],
    },
    'default',
  )
}
