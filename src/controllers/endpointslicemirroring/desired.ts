import type { EndpointAddress, Endpoints } from '#api/core/endpoints/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Endpoint } from '#api/discovery/endpointslice/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import {
  ENDPOINTSLICE_MIRRORING_CONTROLLER,
  LAST_APPLIED_ANNOTATION,
  MANAGED_BY_LABEL,
  SERVICE_NAME_LABEL,
  SKIP_MIRROR_LABEL,
} from '#objects/well-known.ts'
import type { Group, SliceMeta } from '../endpointslice/desired-pack.ts'

const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const MOST_ADDRESSES = 1000

/** Hand-made Endpoints of a Service without a selector; not those that ask to be left alone or only hold a lock. */
export const isMirrored = (endpoints: Endpoints | undefined, service: Service | undefined): boolean =>
  endpoints !== undefined &&
  service !== undefined &&
  !isLeaving(endpoints) &&
  !isLeaving(service) &&
  Object.keys(service.spec?.selector ?? {}).length === 0 &&
  endpoints.metadata?.labels?.[SKIP_MIRROR_LABEL] !== 'true' &&
  endpoints.metadata?.annotations?.[LEADER] === undefined

const endpointOf = (address: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [address.ip],
  conditions: { ready },
  ...(address.hostname ? { hostname: address.hostname } : {}),
  ...(address.nodeName ? { nodeName: address.nodeName } : {}),
  ...(address.targetRef ? { targetRef: address.targetRef } : {}),
})

/** One group a subset and address family; at most 1,000 addresses of a subset are mirrored. */
export const mirroredGroups = (endpoints: Endpoints): readonly Group[] =>
  (endpoints.subsets ?? []).flatMap((subset): Group[] => {
    const all = [
      ...(subset.addresses ?? []).map((address) => endpointOf(address, true)),
      ...(subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false)),
    ].slice(0, MOST_ADDRESSES)
    const ports = (subset.ports ?? []).map((port) => ({
      name: port.name ?? '',
      port: port.port,
      protocol: port.protocol || ('TCP' as const),
      ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
    }))
    return (['IPv4', 'IPv6'] as const)
      .map((addressType) => ({
        addressType,
        ports,
        endpoints: all.filter(({ addresses }) => addresses![0]!.includes(':') === (addressType === 'IPv6')),
      }))
      .filter((group) => group.endpoints.length > 0)
  })

/**
 * The metadata of the slices that mirror an Endpoints object: its labels and annotations, but for what `kubectl apply`
 * keeps there.
 */
export const mirroredMeta = (endpoints: Endpoints): SliceMeta => {
  const { [LAST_APPLIED_ANNOTATION]: _, ...annotations } = endpoints.metadata?.annotations ?? {}
  return {
    labels: {
      ...endpoints.metadata?.labels,
      [SERVICE_NAME_LABEL]: endpoints.metadata!.name!,
      [MANAGED_BY_LABEL]: ENDPOINTSLICE_MIRRORING_CONTROLLER,
    },
    annotations,
  }
}
