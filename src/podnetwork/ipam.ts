import { type Cidr, cidrSize, parseCidr } from '#net/cidr.ts'
import { type PerFamily, perFamily } from '#net/per-family.ts'
import { addressAt } from './address-range.ts'

/**
 * The first offsets of a node's range that no pod gets: the network itself, and .1, which people take for a gateway.
 */
const RESERVED = 2
/** A node needs no more, and an IPv6 range has more than can be searched. */
const LIMIT = 65536

/**
 * The next free offset after `last`, going round: a pod that is made again has another address, since one that was just
 * freed is the last to be given again. The highest (broadcast) is not given. Undefined where all are taken. One offset
 * serves every family.
 */
export function nextFreeOffset(range: Cidr, taken: ReadonlySet<number>, last: number): number | undefined {
  const end = Math.min(Number(cidrSize(range)) - 1, LIMIT)
  const span = end - RESERVED
  const start = Math.max(last + 1, RESERVED) - RESERVED
  for (let step = 0; step < span; step++) {
    const offset = RESERVED + ((start + step) % span)
    if (!taken.has(offset)) return offset
  }
  return undefined
}

/** A pod's addresses by its place in its node's ranges. */
export function addressesAt(ranges: PerFamily, offset: number): PerFamily {
  return perFamily(ranges, (range) => addressAt(parseCidr(range), offset))
}
