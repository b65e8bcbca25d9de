import type { LoadBalancerIngress, Service } from '#api/core/service/message.ts'
import { cidrSize, nthAddress, parseCidr } from '#net/cidr.ts'
import { compareAddresses, formatAddress, type IpFamily, parseAddress, tryParseAddress } from '#net/ip-address.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type AddressRange, inRange, rangesText } from '#pools/address-range.ts'
import { POOL_CLASS } from '#pools/pool-class.ts'
import { askedAddresses } from '#pools/service-wish.ts'

/**
 * `172.30.255.1-172.30.255.250`, or a CIDR. Of an IPv4 CIDR the first and last address stay unused (network and
 * broadcast), of an IPv6 one the first (the subnet-router anycast address, RFC 4291). Throws where the text is neither.
 */
export const parseRange = (text: string): AddressRange => {
  const dash = text.indexOf('-')
  if (dash >= 0) {
    const range = { from: parseAddress(text.slice(0, dash).trim()), to: parseAddress(text.slice(dash + 1).trim()) }
    if (range.from.family !== range.to.family || compareAddresses(range.from, range.to) > 0)
      throw new RangeError(`load balancer pool '${text}': the first address must be below the last, of the same family`)
    return range
  }
  const cidr = parseCidr(text)
  const size = cidrSize(cidr)
  const v4 = cidr.address.family === 'IPv4'
  const [first, last] = size <= 2n ? [0n, size - 1n] : [1n, v4 ? size - 2n : size - 1n]
  return { from: nthAddress(cidr, first), to: nthAddress(cidr, last) }
}

const inPool = (pool: readonly AddressRange[], ip: string): boolean => {
  const address = tryParseAddress(ip)
  return address !== undefined && pool.some((range) => inRange(range, address))
}

const OUR_CLASSES = [POOL_CLASS]

const isOfClass = ({ spec }: Service, classes: readonly string[]): boolean =>
  !spec?.loadBalancerClass || classes.includes(spec.loadBalancerClass)

/** Of type LoadBalancer and not another controller's. */
export const isPooled = (service: Service, classes = OUR_CLASSES): boolean =>
  service.spec?.type === 'LoadBalancer' && !isLeaving(service) && isOfClass(service, classes)

/** What keeps a Service until it has given its addresses back. */
const CLEANUP_FINALIZER = 'service.kubernetes.io/load-balancer-cleanup'

/** Without its type, or about to go, and still held for what it has of a load balancer; of our class or of none. */
export const needsCleanup = (service: Service, classes = OUR_CLASSES): boolean =>
  (service.metadata?.finalizers ?? []).includes(CLEANUP_FINALIZER) &&
  (service.spec?.type !== 'LoadBalancer' || isOfClass(service, classes))

/** The same Service where it is held, or not, as it should be. */
export const withCleanup = (service: Service, isHeld: boolean): Service => {
  const { finalizers = [] } = service.metadata ?? {}
  if (finalizers.includes(CLEANUP_FINALIZER) === isHeld) return service
  const others = finalizers.filter((one) => one !== CLEANUP_FINALIZER)
  return {
    ...service,
    metadata: { ...service.metadata, finalizers: isHeld ? [...others, CLEANUP_FINALIZER] : others },
  }
}

/** The addresses that a Service’s status says it has. */
export const heldBy = (service: Service): readonly string[] =>
  (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []))

interface Assignment {
  readonly ingress: readonly LoadBalancerIngress[]
  /** Why it did not get all that it asks for; told as an Event. */
  readonly faults: readonly string[]
}

export const familiesOf = (service: Service): readonly IpFamily[] => {
  const given = (service.spec?.ipFamilies ?? []).filter((family) => family !== '')
  if (given.length > 0) return given
  return [service.spec?.clusterIP?.includes(':') ? 'IPv6' : 'IPv4']
}

/**
 * The addresses a Service should have: those asked for (spec.loadBalancerIP, or an annotation for several of them) where
 * they are free, and of each family of which none is asked for one: the one it has where it is good, else the lowest free
 * one. `taken` says what other Services hold; `asker`: what asks instead of the Service, in words.
 */
export const assignAddresses = (
  service: Service,
  pool: readonly AddressRange[],
  taken: (ip: string) => string | undefined,
  asker?: string,
): Assignment => {
  const held = heldBy(service)
  const { asked, place: own } = askedAddresses(service)
  const place = asker ?? own
  const families = familiesOf(service)
  const faults: string[] = []
  const ips: string[] = []
  const wanted = asked.flatMap((text) => {
    const address = tryParseAddress(text)
    if (!address) faults.push(`${place} '${text}' is not an IP address`)
    else if (!families.includes(address.family))
      faults.push(`${place} ${text} is of a family that spec.ipFamilies does not name`)
    return address ? [address] : []
  })
  for (const family of families) {
    const ofFamily = wanted.filter((address) => address.family === family).map(formatAddress)
    for (const ip of ofFamily) {
      const holder = taken(ip)
      if (!inPool(pool, ip)) faults.push(`${place} ${ip} is outside of the pool ${rangesText(pool)}`)
      else if (holder) faults.push(`${place} ${ip} is taken by Service ${holder}`)
      else ips.push(ip)
    }
    // One that nobody can read may have been meant for this family.
    if (ofFamily.length > 0 || wanted.length < asked.length) continue
    const kept = held.find((ip) => tryParseAddress(ip)?.family === family && inPool(pool, ip) && !taken(ip))
    const ip = kept ?? lowestFree(pool, family, taken)
    if (ip) ips.push(ip)
    else if (pool.some(({ from }) => from.family === family))
      faults.push(
        `no ${family} address is free in the pool ${rangesText(pool)}; delete a LoadBalancer Service or give a larger --load-balancer-cidr`,
      )
    else faults.push(`the pool ${rangesText(pool)} has no ${family} addresses`)
  }
  return { ingress: ips.map((ip) => ({ ip, ipMode: 'VIP' })), faults }
}

const lowestFree = (
  pool: readonly AddressRange[],
  family: IpFamily,
  taken: (ip: string) => string | undefined,
): string | undefined => {
  for (const { from, to } of pool) {
    if (from.family !== family) continue
    for (let value = from.value; value <= to.value; value++) {
      const ip = formatAddress({ ...from, value })
      if (!taken(ip)) return ip
    }
  }
  return undefined
}
