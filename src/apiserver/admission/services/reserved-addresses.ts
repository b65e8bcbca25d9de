import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { StatusCause } from '#api/meta/status.ts'
import type { ApiObject } from '#api/resource.ts'
import { isSame } from '#api/resource.ts'
import { canonicalAddress, formatAddress, tryParseAddress } from '#net/ip-address.ts'
import { keyOf } from '#objects/object-key.ts'
import { invalid } from '../../errors.ts'
import type { Admission, CreateAdmission } from '../admission.ts'

/**
 * ClusterIPs that belong to one Service for good: the API's own, and the cluster's DNS. Whoever got such an address,
 * also for the moment in which its Service is made again, would be taken for the API by every client.
 */
export class ReservedAddresses {
  readonly #owners: ReadonlyMap<string, string>

  /** Pairs of an address and the Service, `namespace/name`. Throws NetError ADDRESS_INVALID. */
  constructor(owners: Iterable<readonly [address: string, service: string]>) {
    this.#owners = new Map([...owners].map(([address, service]) => [canonicalAddress(address), service]))
  }

  addresses(): Iterable<string> {
    return this.#owners.keys()
  }

  /** `namespace/name` of the Service that an address belongs to, however the address is written. */
  ownerOf(address: string): string | undefined {
    const parsed = tryParseAddress(address)
    return parsed && this.#owners.get(formatAddress(parsed))
  }

  isFor(service: Service, address: string): boolean {
    return this.ownerOf(address) === keyOf(service)
  }
}

/** Every field, beside the ClusterIPs that the allocators give out, by which a Service asks for an address. */
const claimsOf = (service: Service): readonly (readonly [field: string, address: string])[] => [
  ...(service.spec?.externalIPs ?? []).map((ip, index) => [`spec.externalIPs[${index}]`, ip] as const),
  ...(service.spec?.loadBalancerIP ? [['spec.loadBalancerIP', service.spec.loadBalancerIP] as const] : []),
  ...(service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, index) =>
    ip ? [[`status.loadBalancer.ingress[${index}].ip`, ip] as const] : [],
  ),
]

/** Refuses a Service that claims a reserved address of another as an external one. */
export const reservedAddresses = (reserved: ReservedAddresses): Admission => {
  const check = ({ resource, object }: CreateAdmission): ApiObject => {
    if (!isSame(resource, services)) return object
    const service = object as Service
    const causes = claimsOf(service).flatMap(([field, address]): readonly StatusCause[] => {
      const owner = reserved.ownerOf(address)
      if (owner === undefined) return []
      const message = `Invalid value: ${JSON.stringify(address)}: is reserved for the cluster IP of Service ${owner}`
      return [{ reason: 'FieldValueInvalid', message, field }]
    })
    if (causes.length === 0) return service
    throw invalid({ group: '', kind: 'Service' }, service.metadata?.name ?? '', causes)
  }
  return { complete: check, completeUpdate: check }
}
