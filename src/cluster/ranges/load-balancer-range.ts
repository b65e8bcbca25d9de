import { cidrSize, formatCidr, nthSubnet, overlaps, parseCidr } from '#net/cidr.ts'
import { addOffset, formatAddress } from '#net/ip-address.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import { ClusterError } from '../cluster-error.ts'
import type { Obstacles } from './free-range.ts'
import type { Obstacle } from './obstacles.ts'
import { invalid, type Pair, parsePair } from './range-pair.ts'

/**
 * The pool: 172.30.255.0/24 and fd00:172:30:0:ff::/112 of the default underlay; of another, its last /24 (or last
 * quarter), and ff in the same place. Throws ClusterError RANGE_INVALID, RANGE_TAKEN.
 */
export function planLoadBalancer(flag: string | undefined, node: Pair, { machine, own }: Obstacles): Pair {
  const [v4, v6] = [parseCidr(node[0]), parseCidr(node[1])]
  if (flag === undefined) {
    const prefix = Math.min(Math.max(24, v4.prefix + 2), 30)
    const last = (1n << BigInt(prefix - v4.prefix)) - 1n
    return [
      formatCidr(nthSubnet(v4, prefix, last)),
      v6.prefix <= 64
        ? `${addressAt(v6, 0xffn << 48n)}/112`
        : formatCidr(nthSubnet(v6, Math.min(v6.prefix + 2, 126), 3)),
    ]
  }
  const given = parsePair('load-balancer-cidr', flag)
  for (const [family, text] of given.entries()) {
    const range = parseCidr(text)
    const underlay = parseCidr(node[family] as string)
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
  parsePair('load-balancer-cidr', flag).map((text) => ({
    range: parseCidr(text),
    what: `--load-balancer-cidr ${text}`,
  }))

/**
 * The last but one address of the underlay that the load balancer's pool does not have: 172.30.254.254 of the default
 * plan.
 */
export function fabricAddress(node: string, loadBalancer: string): string {
  const [underlay, pool] = [parseCidr(node), parseCidr(loadBalancer)]
  const last = cidrSize(underlay) - 2n
  return holds(pool, addressAt(underlay, last)) ? formatAddress(addOffset(pool.address, -2)) : addressAt(underlay, last)
}
