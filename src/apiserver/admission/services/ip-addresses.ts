import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { IPAddress } from '#api/networking/ipaddress/message.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import { addressNames, isAddressOf, serviceAddressOf, serviceOf } from '#api/networking/ipaddress/service-address.ts'
import { isSame } from '#api/resource.ts'
import type { Reader } from '../../registry/reader.ts'
import type { Admission, Companions } from '../admission.ts'
import type { ServiceAllocators } from './service-holdings.ts'

/** Writes with a Service the IPAddresses that it gets, and takes away those that it gives up. */
export const keepAddresses = (
  { companions, reader }: { readonly companions: Companions; readonly reader: Reader },
  before: Service | undefined,
  service: Service | undefined,
): void => {
  const [former, now] = [addressNames(before), addressNames(service)]
  const find = (address: string): IPAddress | undefined =>
    reader.find(ipAddresses, undefined, address) as IPAddress | undefined
  for (const address of former) {
    const known = now.includes(address) ? undefined : find(address)
    if (known && isAddressOf(known, before!)) companions.remove(ipAddresses, address)
  }
  for (const address of now)
    if (!former.includes(address)) companions.keep(ipAddresses, serviceAddressOf(service!, address))
}

/**
 * Holds what somebody else than a Service says that it has: an IPAddress that is made keeps its address from Services
 * until it goes.
 */
export const ipAddressAllocation = ({ addresses, reserved }: ServiceAllocators): Admission => ({
  allocate({ resource, object, transaction }) {
    if (!isSame(resource, ipAddresses)) return object
    const name = object.metadata!.name!
    // Where it is taken, either it is written with its Service, or there is one of this name already.
    const pool = addresses.find((one) => one.contains(name) && !one.has(name))
    pool?.take(name)
    transaction.onRollback(() => pool?.release(name))
    return object
  },
  deleted({ resource, object, reader }) {
    if (!isSame(resource, ipAddresses)) return
    const name = object.metadata!.name!
    if (reserved.ownerOf(name) !== undefined) return
    const owner = serviceOf(object as IPAddress)
    const service = owner && (reader.find(services, owner.namespace, owner.name) as Service | undefined)
    // A Service keeps its address, whoever takes the word for it away.
    if (!addressNames(service).includes(name)) for (const pool of addresses) pool.release(name)
  },
})
