import type { AddressPool } from '#allocator/address-pool.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { Store } from '../storage/store.ts'

/**
 * From now on pools have the ranges of the stored ServiceCIDRs, beside those that they began with: what is being deleted
 * gives nothing new.
 */
export const followRanges = (store: Store, pools: readonly AddressPool[]): void => {
  const own = pools.flatMap(({ cidrs }) => cidrs.map((cidr) => ({ cidr, isOpen: true })))
  const ranges = store.collection(serviceCidrs)
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
export const takeNamed = (store: Store, pools: readonly AddressPool[]): void => {
  for (const name of store.collection(ipAddresses).keys()) {
    pools.find((pool) => pool.contains(name) && !pool.has(name))?.take(name)
  }
}
