import { formatCidr, tryParseCidr } from '#net/cidr.ts'
import type { PerFamily } from '#net/per-family.ts'
import { ClusterError } from '../cluster-error.ts'
import { reservedIn } from './reserved-ranges.ts'

/** Reads the value of a flag: `V4,V6`, `V4` or `V6`. Throws ClusterError RANGE_INVALID. */
export function parseRanges(flag: string, text: string): PerFamily {
  const ranges = text.split(',').map((part) => tryParseCidr(part.trim()))
  const [first, second] = ranges
  const isOne = ranges.length === 1
  const isBoth = ranges.length === 2 && first?.address.family === 'IPv4' && second?.address.family === 'IPv6'
  if (first === undefined || !(isOne || isBoth))
    throw invalid(
      flag,
      text,
      'must be an IPv4 and an IPv6 range, or one of them, without host bits: 10.244.0.0/16,fd00:10:244::/56',
    )
  const given = second === undefined ? [first] : [first, second]
  for (const range of given) {
    const reserved = reservedIn(range)
    if (reserved !== undefined) throw invalid(flag, text, `${formatCidr(range)} holds ${reserved}`)
  }
  return given.map(formatCidr) as [string, ...string[]]
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
