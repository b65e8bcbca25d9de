import { cidrSize, containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import { familyOfText, type PerFamily } from '#net/per-family.ts'
import { addressesAt, nextFreeOffset } from '#podnetwork/ipam.ts'

/** Addresses of one place in a node's ranges, one of each family. */
export interface FreePlace {
  readonly offset: number
  readonly addresses: PerFamily
}

/**
 * A place none of whose addresses is taken, whichever ranges those were given from; undefined: there is none. `last`: the
 * place that was given before.
 */
export const freePlace = (ranges: PerFamily, taken: Iterable<string>, last: number): FreePlace | undefined => {
  const offset = nextFreeOffset(smallest(ranges), offsetsIn(ranges, taken), last)
  return offset === undefined ? undefined : { offset, addresses: addressesAt(ranges, offset) }
}

/** A place beyond the end of one family's range is in none. */
const smallest = (ranges: PerFamily) =>
  ranges.map(parseCidr).reduce((least, one) => (cidrSize(one) < cidrSize(least) ? one : least))

const offsetsIn = (ranges: readonly string[], addresses: Iterable<string>): ReadonlySet<number> => {
  const parsed = ranges.map((range) => ({ cidr: parseCidr(range), family: familyOfText(range) }))
  const offsets = new Set<number>()
  for (const text of addresses) {
    const range = parsed.find(({ family }) => family === familyOfText(text))
    const address = parseAddress(text)
    if (range && containsAddress(range.cidr, address)) offsets.add(Number(address.value - range.cidr.address.value))
  }
  return offsets
}
