import { cidrSize, overlaps, parseCidr } from '#net/cidr.ts'
import { formatAddress, tryParseAddress } from '#net/ip-address.ts'
import { addressAt, holds } from '#podnetwork/address-range.ts'
import { ClusterError } from '../cluster-error.ts'
import type { Obstacles } from './free-range.ts'
import { RANGE_CANDIDATES } from './range-candidates.ts'
import { invalid, type Pair, pair } from './range-pair.ts'

/** Reads `--cluster-dns`. Throws ClusterError RANGE_INVALID. */
function parseDns(flag: string): Pair {
  const parts = flag.split(',').map((part) => part.trim())
  const [v4, v6] = parts.map(tryParseAddress)
  if (parts.length !== 2 || v4?.family !== 'IPv4' || v6?.family !== 'IPv6')
    throw invalid('cluster-dns', flag, 'must be an IPv4 and an IPv6 address: 10.96.0.10,fd00:10:96::a')
  return [formatAddress(v4), formatAddress(v6)]
}

/** The addresses of DNS, in the Services' range: the tenth where the flag gives none. Throws ClusterError RANGE_INVALID. */
export function planDns(flag: string | undefined, service: Pair): Pair {
  if (flag === undefined) return pair(service, (range) => addressAt(range, 10))
  const addresses = parseDns(flag)
  for (const [family, address] of addresses.entries()) {
    const text = service[family] as string
    const range = parseCidr(text)
    if (!holds(range, address)) throw invalid('cluster-dns', flag, `${address} is not in --service-cidr ${text}`)
    if (address === addressAt(range, 1))
      throw invalid('cluster-dns', flag, `${address} belongs to the Service kubernetes`)
    // As the API allocates addresses of Services: not that of the network, nor the broadcast one.
    if (address === addressAt(range, 0) || (family === 0 && address === addressAt(range, cidrSize(range) - 1n)))
      throw invalid('cluster-dns', flag, `${address}, an end of --service-cidr ${text}, is no Service's address`)
  }
  return addresses
}

/**
 * The range of Services that a given address of DNS lies in, where no range is given: it does not move away from what
 * stands there. Throws ClusterError RANGE_INVALID, RANGE_TAKEN.
 */
export function rangeOfDns(flag: string, { machine, own }: Obstacles): Pair {
  const addresses = parseDns(flag)
  const range = RANGE_CANDIDATES.service.find((candidate) =>
    candidate.every((text, family) => holds(parseCidr(text), addresses[family] as string)),
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
