import { cidrSize, overlaps, parseCidr } from '#net/cidr.ts'
import { formatAddress, tryParseAddress } from '#net/ip-address.ts'
import { familiesOf, familyOfText, ofFamily, type PerFamily, perFamily } from '#net/per-family.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import { ClusterError } from '../cluster-error.ts'
import type { Obstacles } from './free-range.ts'
import { invalid } from './given-ranges.ts'
import { candidates } from './range-candidates.ts'

/** Reads `--cluster-dns`. Throws ClusterError RANGE_INVALID. */
function parseDns(flag: string): PerFamily {
  const parsed = flag.split(',').map((part) => tryParseAddress(part.trim()))
  const [first, second] = parsed
  const isBoth = parsed.length === 2 && first?.family === 'IPv4' && second?.family === 'IPv6'
  if (first === undefined || !(parsed.length === 1 || isBoth))
    throw invalid('cluster-dns', flag, 'must be an IPv4 and an IPv6 address, or one of them: 10.96.0.10,fd00:10:96::a')
  return second === undefined ? [formatAddress(first)] : [formatAddress(first), formatAddress(second)]
}

/** The addresses of DNS, in the Services' range: the tenth where the flag gives none. Throws ClusterError RANGE_INVALID. */
export function planDns(flag: string | undefined, service: PerFamily): PerFamily {
  if (flag === undefined) return perFamily(service, (range) => addressAt(parseCidr(range), 10))
  const addresses = parseDns(flag)
  for (const address of addresses) {
    const family = familyOfText(address)
    const text = ofFamily(service, family)
    const range = parseCidr(text)
    if (!holds(range, address)) throw invalid('cluster-dns', flag, `${address} is not in --service-cidr ${text}`)
    if (address === addressAt(range, 1))
      throw invalid('cluster-dns', flag, `${address} belongs to the Service kubernetes`)
    // As the API allocates addresses of Services: not that of the network, nor the broadcast one.
    if (address === addressAt(range, 0) || (family === 'IPv4' && address === addressAt(range, cidrSize(range) - 1n)))
      throw invalid('cluster-dns', flag, `${address}, an end of --service-cidr ${text}, is no Service's address`)
  }
  return addresses
}

/**
 * The range of Services that a given address of DNS lies in, where no range is given: it does not move away from what
 * stands there. Throws ClusterError RANGE_INVALID, RANGE_TAKEN.
 */
export function rangeOfDns(flag: string, { machine, own }: Obstacles): PerFamily {
  const addresses = parseDns(flag)
  const range = candidates('service', familiesOf(addresses)).find((candidate) =>
    candidate.every((text) => holds(parseCidr(text), ofFamily(addresses, familyOfText(text)))),
  )
  if (range === undefined)
    throw invalid('cluster-dns', flag, 'lies in no range that is chosen by itself', 'give --service-cidr too')
  const inTheWay = (obstacles: Obstacles['own']) =>
    obstacles.find((one) => range.some((text) => overlaps(parseCidr(text), one.range)))
  const other = inTheWay(own)
  if (other !== undefined)
    throw invalid('cluster-dns', flag, `lies in ${range.join(',')}, which overlaps ${other.what}`, OR_LEAVE_OUT)
  const obstacle = inTheWay(machine)
  if (obstacle === undefined) return range
  throw new ClusterError(
    'RANGE_TAKEN',
    `--cluster-dns ${flag} lies in ${range.join(',')}, which collides with ${obstacle.what}`,
    { hint: OR_LEAVE_OUT },
  )
}

const OR_LEAVE_OUT =
  'leave --cluster-dns out: the tenth address of a free range is chosen; or give --service-cidr with it'
