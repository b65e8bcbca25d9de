import { type IpAddress, tryParseAddress } from '#net/ip-address.ts'
import { selects } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import { inRange } from './address-range.ts'
import type { AddressPool, PoolChoice, Selector } from './model.ts'

/** Whether any of them selects; none: everything is meant. */
export const anySelects = (selectors: readonly Selector[], labels: Labels | undefined): boolean =>
  selectors.length === 0 || selectors.some((one) => selects(one, labels ?? {}))

export const choosesPool = ({ names, selectors }: PoolChoice, { name, labels }: AddressPool): boolean =>
  (names.length === 0 && selectors.length === 0) ||
  names.includes(name) ||
  selectors.some((one) => selects(one, labels))

const isBuggy = ({ family, value }: IpAddress): boolean =>
  family === 'IPv4' && ((value & 255n) === 0n || (value & 255n) === 255n)

/** Whether the pool may give the address to somebody. */
export const poolGives = (pool: AddressPool, address: IpAddress): boolean =>
  pool.ranges.some((range) => inRange(range, address)) && !(pool.avoidBuggyIPs && isBuggy(address))

/** The one pool that has the address. */
export const poolOf = (pools: readonly AddressPool[], ip: string): AddressPool | undefined => {
  const address = tryParseAddress(ip)
  return address && pools.find((pool) => poolGives(pool, address))
}

/** Whether the pool is for a Service of that namespace and with those labels. */
export const isAllowed = (
  { allocation }: AddressPool,
  service: { readonly namespace: string; readonly labels: Labels | undefined },
  namespaceLabels: Labels | undefined,
): boolean => {
  if (!allocation) return true
  const { namespaces, namespaceSelectors, serviceSelectors } = allocation
  const isHome =
    (namespaces.length === 0 && namespaceSelectors.length === 0) ||
    namespaces.includes(service.namespace) ||
    namespaceSelectors.some((one) => selects(one, namespaceLabels ?? {}))
  return isHome && anySelects(serviceSelectors, service.labels)
}
