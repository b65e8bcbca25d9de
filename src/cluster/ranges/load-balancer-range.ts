import { type Cidr, cidrSize, formatCidr, nthSubnet, overlaps, parseCidr } from '#net/cidr.ts'
import { addOffset, formatAddress, type IpFamily } from '#net/ip-address.ts'
import { ofFamily, type PerFamily, perFamily } from '#net/per-family.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import { ClusterError } from '../cluster-error.ts'
import type { Obstacles } from './free-range.ts'
import { invalid, parseRanges } from './given-ranges.ts'
import type { Obstacle } from './obstacles.ts'

const POOLS: Readonly<Record<IpFamily, (underlay: Cidr) => string>> = {
  IPv4: (underlay) => {
    const prefix = Math.min(Math.max(24, underlay.prefix + 2), 30)
    return formatCidr(nthSubnet(underlay, prefix, (1n << BigInt(prefix - underlay.prefix)) - 1n))
  },
  IPv6: (underlay) =>
    underlay.prefix <= 64
      ? `${addressAt(underlay, 0xffn << 48n)}/112`
      : formatCidr(nthSubnet(underlay, Math.min(underlay.prefix + 2, 126), 3)),
}

/**
 * The pool: 172.30.255.0/24 and fd00:172:30:0:ff::/112 of the default underlay; of another, its last /24 (or last
 * quarter), and ff in the same place. Throws ClusterError RANGE_INVALID, RANGE_TAKEN.
 */
export function planLoadBalancer(flag: string | undefined, node: PerFamily, { machine, own }: Obstacles): PerFamily {
  if (flag === undefined) return perFamily(node, (text, family) => POOLS[family](parseCidr(text)))
  const given = parseRanges('load-balancer-cidr', flag)
  for (const text of given) {
    const range = parseCidr(text)
    const underlay = parseCidr(ofFamily(node, range.address.family))
    // Inside of the underlay is the usual place; beside it must be free.
    if (range.prefix > underlay.prefix && overlaps(range, underlay)) continue
    const other = own.find((one) => overlaps(range, one.range))
    if (other !== undefined) throw invalid('load-balancer-cidr', flag, `overlaps ${other.what}`)
    const obstacle = machine.find((one) => overlaps(range, one.range))
    if (obstacle !== undefined)
      throw new ClusterError('RANGE_TAKEN', `--load-balancer-cidr ${flag} collides with ${obstacle.what}`, {
        hint: 'give another range, or leave --load-balancer-cidr out',
      })
  }
  return given
}

/** A pool that is given, which pods' and Services' ranges keep out of the way of. Throws ClusterError RANGE_INVALID. */
export const givenPool = (flag: string): readonly Obstacle[] =>
  parseRanges('load-balancer-cidr', flag).map((text) => ({
    range: parseCidr(text),
    what: `--load-balancer-cidr ${text}`,
  }))

/** fd00:172:30::fab:1 */
const FABRIC_V6_OFFSET = 0xfab0001n

const FABRICS: Readonly<Record<IpFamily, (underlay: Cidr, pool: Cidr) => string>> = {
  IPv4: (underlay, pool) => {
    const last = cidrSize(underlay) - 2n
    return holds(pool, addressAt(underlay, last))
      ? formatAddress(addOffset(pool.address, -2))
      : addressAt(underlay, last)
  },
  IPv6: (underlay) => addressAt(underlay, FABRIC_V6_OFFSET),
}

/**
 * The fabric's addresses: 172.30.254.254 of the default plan, the last but one of the underlay that the load balancer's
 * pool does not have, and fd00:172:30::fab:1.
 */
export const fabricAddresses = (node: PerFamily, pool: PerFamily): PerFamily =>
  perFamily(node, (underlay, family) => FABRICS[family](parseCidr(underlay), parseCidr(ofFamily(pool, family))))
