import type { LoadBalancerIngress, Service } from '#api/core/service/message.ts'
import { formatAddress, type IpAddress, type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import type { Labels } from '#objects/object.ts'
import { keyOf } from '#objects/object-key.ts'
import type { AddressBook, Holding } from '#pools/address-book.ts'
import type { AddressPool } from '#pools/model.ts'
import { isAllowed, poolOf } from '#pools/pool-choice.ts'
import { askedAddresses, askedPool, portsOf, sharingOf } from '#pools/service-wish.ts'
import { familiesOf, heldBy } from '../load-balancer/desired.ts'

interface Given {
  readonly ingress: readonly LoadBalancerIngress[]
  /** Why it did not get all that it asks for; told as Events. */
  readonly faults: readonly string[]
  /** What it has and no pool gives any more. */
  readonly kept: readonly string[]
}

interface Ground {
  readonly pools: readonly AddressPool[]
  readonly namespaceLabels: Labels | undefined
  readonly book: AddressBook
}

/** What the book knows of a Service by its status. */
export const holdingOf = (service: Service): Holding => ({
  ips: heldBy(service),
  ports: portsOf(service),
  sharing: sharingOf(service),
  order: `${service.metadata?.creationTimestamp} ${service.metadata?.uid}`,
})

/** Those that a Service may be given an address of without asking for it, in the order in which they are tried. */
const poolsFor = (service: Service, { pools, namespaceLabels }: Omit<Ground, 'book'>): readonly AddressPool[] => {
  const of = { namespace: service.metadata?.namespace ?? '', labels: service.metadata?.labels }
  const named = askedPool(service)
  if (named !== undefined) return pools.filter((pool) => pool.name === named && isAllowed(pool, of, namespaceLabels))
  const open = pools.filter(({ autoAssign }) => autoAssign)
  const meant = open.filter((pool) => pool.allocation && isAllowed(pool, of, namespaceLabels))
  const rank = ({ allocation }: AddressPool) => allocation?.priority || Number.POSITIVE_INFINITY
  return [
    ...meant.sort((left, right) => (rank(left) === rank(right) ? 0 : rank(left) - rank(right))),
    ...open.filter((pool) => !pool.allocation),
  ]
}

/**
 * The addresses that a Service should have. Those that it asks for, where it may have them; of each other family the one
 * that it has, and else one of the first pool that has all that it lacks. What it has and no pool holds any more it keeps:
 * a pool that somebody changes by mistake is not to cost connections.
 */
export const assignFromPools = (service: Service, ground: Ground): Given => {
  const key = keyOf(service)
  const { pools, namespaceLabels, book } = ground
  const of = { namespace: service.metadata?.namespace ?? '', labels: service.metadata?.labels }
  const holding = holdingOf(service)
  const families = familiesOf(service)
  const named = askedPool(service)
  const { asked, place } = askedAddresses(service)
  const faults: string[] = []
  const kept: string[] = []
  const given = new Map<IpFamily, string[]>()
  const give = (family: IpFamily, ip: string) => given.set(family, [...(given.get(family) ?? []), ip])

  /** Why it may not have one that it asks for. */
  const refusal = (address: IpAddress, ip: string): string | undefined => {
    if (!families.includes(address.family)) return 'is of a family that spec.ipFamilies does not name'
    const pool = poolOf(pools, ip)
    if (!pool) return holding.ips.includes(ip) ? undefined : 'is in no pool; ask for another, or add it to one'
    if (named !== undefined && pool.name !== named)
      return `is of pool ${pool.name}, and the Service asks for pool ${named}`
    if (!isAllowed(pool, of, namespaceLabels))
      return `is of pool ${pool.name}, whose serviceAllocation is not for this Service`
    const other = book.obstacle(ip, key, holding)
    return other && `is taken by Service ${other}${holding.sharing === undefined ? '' : ', which does not share it'}`
  }
  const wanted = asked.flatMap((text) => {
    const address = tryParseAddress(text)
    if (!address) faults.push(`${place} '${text}' is not an IP address`)
    return address ? [address] : []
  })
  for (const address of wanted) {
    const ip = formatAddress(address)
    const why = refusal(address, ip)
    if (why) faults.push(`${place} ${ip} ${why}`)
    else give(address.family, ip)
    if (!why && !poolOf(pools, ip)) kept.push(ip)
  }
  // One that nobody can read may have been meant for any family.
  const open =
    wanted.length < asked.length ? [] : families.filter((family) => !wanted.some((one) => one.family === family))
  const candidates = poolsFor(service, ground)
  const lacking: IpFamily[] = []
  for (const family of open) {
    const has = holding.ips.filter((ip) => tryParseAddress(ip)?.family === family && !book.obstacle(ip, key, holding))
    const good = has.find((ip) => {
      const pool = poolOf(pools, ip)
      return pool && (named === undefined || pool.name === named) && isAllowed(pool, of, namespaceLabels)
    })
    const orphan = has.find((ip) => !poolOf(pools, ip))
    if (good === undefined && orphan !== undefined) kept.push(orphan)
    const ip = good ?? orphan
    if (ip === undefined) lacking.push(family)
    else give(family, ip)
  }
  const found = findIn(candidates, lacking, key, holding, book)
  for (const [family, ip] of found) give(family, ip)
  const missing = lacking.filter((family) => !found.has(family))
  if (missing.length > 0) faults.push(missingText(missing, candidates, pools, named))
  const all = families.flatMap((family) => given.get(family) ?? [])
  const isWhole = families.every((family) => given.has(family))
  if (service.spec?.ipFamilyPolicy === 'RequireDualStack' && !isWhole && holding.ips.length === 0)
    return {
      ingress: [],
      faults: [...faults, 'spec.ipFamilyPolicy RequireDualStack asks for both families or none'],
      kept,
    }
  return { ingress: all.map((ip) => ({ ip, ipMode: 'VIP' })), faults, kept }
}

/** Of one pool that has all that is lacking; else of each family from the first that has one. */
const findIn = (
  pools: readonly AddressPool[],
  lacking: readonly IpFamily[],
  key: string,
  holding: Holding,
  book: AddressBook,
): ReadonlyMap<IpFamily, string> => {
  const best = new Map<IpFamily, string>()
  for (const pool of pools) {
    const here = new Map<IpFamily, string>()
    for (const family of lacking) {
      const ip = book.find(pool, family, key, holding)
      if (ip === undefined) continue
      here.set(family, ip)
      if (!best.has(family)) best.set(family, ip)
    }
    if (here.size === lacking.length) return here
  }
  return best
}

const missingText = (
  missing: readonly IpFamily[],
  candidates: readonly AddressPool[],
  pools: readonly AddressPool[],
  named: string | undefined,
): string => {
  const what = `no ${missing.join(' and no ')} address`
  if (named !== undefined && !pools.some(({ name }) => name === named))
    return `${what}: there is no pool ${named}; make it, or ask for another`
  if (pools.length === 0) return `${what}: there is no pool; make a LoadBalancerPool or an IPAddressPool`
  if (candidates.length === 0)
    return `${what}: no pool is for this Service; give one autoAssign and a serviceAllocation that it fits, or ask for one by name`
  return `${what} is free in pool ${candidates.map(({ name }) => name).join(', ')}; add addresses, or delete a Service`
}
