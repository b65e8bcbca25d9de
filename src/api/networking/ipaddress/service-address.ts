import type { Service } from '#api/core/service/message.ts'
import { needsClusterIP } from '#api/core/service/needs.ts'
import { canonicalAddress, familyOf, tryParseAddress } from '#net/ip-address.ts'
import type { IPAddress } from './message.ts'

const FAMILY_LABEL = 'ipaddress.kubernetes.io/ip-family'
const MANAGED_BY_LABEL = 'ipaddress.kubernetes.io/managed-by'
const MANAGER = 'ipallocator.k8s.io'

/** The ClusterIPs that a Service has, each in its one form: the names of its IPAddresses. */
export const addressNames = (service: Service | undefined): readonly string[] => {
  if (!service || !needsClusterIP(service)) return []
  return (service.spec?.clusterIPs ?? []).filter((address) => tryParseAddress(address)).map(canonicalAddress)
}

/** The IPAddress that says that a Service has this ClusterIP. */
export const serviceAddressOf = ({ metadata }: Service, address: string): IPAddress => {
  const { namespace, name } = metadata ?? {}
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: address, labels: { [FAMILY_LABEL]: familyOf(address)!, [MANAGED_BY_LABEL]: MANAGER } },
    spec: {
      parentRef: { group: '', resource: 'services', ...(namespace ? { namespace } : {}), ...(name ? { name } : {}) },
    },
  }
}

/** Of the Service that an IPAddress is of; undefined where it is of something else. */
export const serviceOf = ({ spec }: IPAddress): { readonly namespace: string; readonly name: string } | undefined => {
  const { group = '', resource, namespace = '', name = '' } = spec?.parentRef ?? {}
  return group === '' && resource === 'services' ? { namespace, name } : undefined
}

export const isAddressOf = (address: IPAddress, { metadata }: Service): boolean => {
  const service = serviceOf(address)
  return service?.namespace === metadata?.namespace && service?.name === metadata?.name
}

/** Whether it is written and taken away with its Service. */
export const isManaged = ({ metadata }: IPAddress): boolean => metadata?.labels?.[MANAGED_BY_LABEL] === MANAGER
