import type { AddressPool } from '#allocator/address-pool.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { isLeaving } from '#objects/deletion.ts'

/** The objects of one kind as they stand. */
interface Stored {
  keys(): readonly string[]
  get(key: string): ApiObject | undefined
  listen(listener: () => void): unknown
}

/**
 * From now on pools have the ranges of the stored ServiceCIDRs, beside those that they began with: what is being deleted
 * gives nothing new.
 */
export const followRanges = (ranges: Stored, pools: readonly AddressPool[]): void => {
  const own = pools.flatMap(({ cidrs }) => cidrs.map((cidr) => ({ cidr, isOpen: true })))
  const follow = (): void => {
    const stored = ranges.keys().flatMap((key) => {
      const one = ranges.get(key)!
      const isOpen = !isLeaving(one)
      return ((one as ServiceCIDR).spec?.cidrs ?? []).map((cidr) => ({ cidr, isOpen }))
    })
    for (const pool of pools) pool.setRanges([...own, ...stored])
  }
  follow()
  ranges.listen(follow)
}

/** Takes what stored IPAddresses name and no Service has: once, after what Services have. */
export const takeNamed = (addresses: Pick<Stored, 'keys'>, pools: readonly AddressPool[]): void => {
  for (const name of addresses.keys()) {
    pools.find((pool) => pool.contains(name) && !pool.has(name))?.take(name)
  }
}
