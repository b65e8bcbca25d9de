import { AddressPool } from '#allocator/address-pool.ts'
import { AllocationError } from '#allocator/address-range.ts'
import type { Random } from '#allocator/bitmap.ts'
import { PortRange } from '#allocator/port-range.ts'
import type { Service } from '#api/core/service/message.ts'
import { needsClusterIP } from '#api/core/service/needs.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ReservedAddresses } from './reserved-addresses.ts'

export interface ServiceAllocators {
  /** A pool a family, the default one first. */
  readonly addresses: readonly AddressPool[]
  /** Taken from the beginning, and never given back. */
  readonly reserved: ReservedAddresses
  readonly ports: PortRange
  readonly random: Random
  /** Claims of stored Services that are not theirs, and not given back with them: `namespace/name address`. */
  readonly doubtful: Set<string>
}

interface AllocatorOptions {
  readonly serviceCidrs: readonly string[]
  readonly nodePortRange: { readonly from: number; readonly to: number }
}

/** Allocators over the cluster’s ranges, with nothing taken but what is reserved. */
export const createServiceAllocators = (
  options: AllocatorOptions,
  reserved: ReservedAddresses,
  random: Random,
): ServiceAllocators => {
  const addresses = options.serviceCidrs.map((cidr) => new AddressPool(cidr))
  for (const address of reserved.addresses()) addresses.find((range) => range.contains(address))?.take(address)
  return {
    addresses,
    reserved,
    ports: new PortRange(options.nodePortRange.from, options.nodePortRange.to),
    random,
    doubtful: new Set(),
  }
}

export interface Held {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
}

/** Everything a Service holds; a node port that two protocols share is held once. */
export const heldBy = (service: Service | undefined): Held => {
  const spec = service?.spec
  if (!spec) return { addresses: [], ports: [] }
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []))
  return {
    addresses: needsClusterIP(service)
      ? (spec.clusterIPs ?? []).filter((address) => address && address !== 'None')
      : [],
    ports: [...new Set(spec.healthCheckNodePort ? [...ports, spec.healthCheckNodePort] : ports)],
  }
}

/** Gives back what a Service has held. */
export const release = (allocators: ServiceAllocators, service: Service, held: Held): void => {
  const isTheirs = (claim: string | number): boolean => !allocators.doubtful.delete(nameOf(service, claim))
  for (const address of held.addresses) {
    if (allocators.reserved.ownerOf(address) !== undefined || !isTheirs(address)) continue
    for (const range of allocators.addresses) range.release(address)
  }
  for (const port of held.ports) if (isTheirs(port)) allocators.ports.release(port)
}

const nameOf = (service: Service, claim: string | number): string => `${keyOf(service)} ${claim}`

/** A claim of a stored Service that another has, or that lies in no range. */
interface DoubtfulClaim {
  /** `namespace/name`. */
  readonly service: string
  /** A cluster IP or a node port. */
  readonly claim: string | number
  readonly why: string
}

/**
 * Takes what stored Services hold, once, before any request: allocators are never stored beside them. What cannot be
 * taken is told, as Kubernetes' repair loop does, and stays in its Service, whose users go by what it says.
 */
export const takeStored = (allocators: ServiceAllocators, services: Iterable<Service>): readonly DoubtfulClaim[] => {
  const doubtful: DoubtfulClaim[] = []
  const attempt = (service: Service, claim: string | number, take: () => void): void => {
    try {
      take()
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error
      allocators.doubtful.add(nameOf(service, claim))
      doubtful.push({ service: keyOf(service), claim, why: error.message })
    }
  }
  for (const service of services) {
    const { addresses, ports } = heldBy(service)
    for (const address of addresses)
      if (!allocators.reserved.isFor(service, address))
        attempt(service, address, () => rangeFor(allocators, address).take(address))
    for (const port of ports) attempt(service, port, () => allocators.ports.take(port))
  }
  return doubtful
}

/** The range of its family, whose refusal tells that it lies outside. Throws ALLOCATION_OUT_OF_RANGE where there is none. */
const rangeFor = ({ addresses }: ServiceAllocators, address: string): AddressPool => {
  const family = address.includes(':') ? 'IPv6' : 'IPv4'
  const range = addresses.find((one) => one.family === family)
  if (range === undefined)
    throw new AllocationError('ALLOCATION_OUT_OF_RANGE', `the provided IP (${address}) is not in the valid range`)
  return range
}
