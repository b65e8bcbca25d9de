import { type Cidr, formatCidr, parseCidr, tryParseCidr } from '#net/cidr.ts'
import { ClusterError } from '../cluster-error.ts'
import { reservedIn } from './reserved-ranges.ts'

/** Two of a kind, as text: ranges or addresses, one a family. */
export type Pair = readonly [v4: string, v6: string]

/** Reads the value of a flag: `V4,V6`. Throws ClusterError RANGE_INVALID. */
export function parsePair(flag: string, text: string): Pair {
  const ranges = text.split(',').map((part) => tryParseCidr(part.trim()))
  const [v4, v6] = ranges
  if (ranges.length !== 2 || v4?.address.family !== 'IPv4' || v6?.address.family !== 'IPv6')
    throw invalid(flag, text, 'must be an IPv4 and an IPv6 range without host bits: 10.244.0.0/16,fd00:10:244::/56')
  for (const range of [v4, v6]) {
    const reserved = reservedIn(range)
    if (reserved !== undefined) throw invalid(flag, text, `${formatCidr(range)} holds ${reserved}`)
  }
  return [formatCidr(v4), formatCidr(v6)]
}

/** A pair made of each range of a pair. */
export function pair(ranges: Pair, make: (range: Cidr, family: 0 | 1) => string): Pair {
  return [make(parseCidr(ranges[0]), 0), make(parseCidr(ranges[1]), 1)]
}

/** The error for a flag's value, `why` a sentence without its subject. */
export function invalid(
  flag: string,
  text: string,
  why: string,
  hint = 'see docs/addresses.md for the plan',
): ClusterError {
  return new ClusterError('RANGE_INVALID', `--${flag} ${text}: ${why}`, { hint })
}
