import { overlaps, parseCidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { PerFamily } from '#net/per-family.ts'
import { ClusterError } from '../cluster-error.ts'
import { invalid, parseRanges } from './given-ranges.ts'
import type { Obstacle } from './obstacles.ts'
import { candidates, type RangeKind } from './range-candidates.ts'

/** Longest prefixes: room for a Service address of DNS, for the fabric, for two nodes with a few pods each. */
const LEAST: Readonly<Record<RangeKind, Readonly<Record<IpFamily, number>>>> = {
  cluster: { IPv4: 25, IPv6: 121 },
  service: { IPv4: 28, IPv6: 124 },
  node: { IPv4: 28, IPv6: 96 },
}

/** What is in the way of a range: of the machine, and of the flags of this very cluster. */
export interface Obstacles {
  readonly machine: readonly Obstacle[]
  readonly own: readonly Obstacle[]
}

const collision = (candidate: PerFamily, obstacles: readonly Obstacle[]): Obstacle | undefined =>
  obstacles.find(({ range }) => candidate.some((text) => overlaps(parseCidr(text), range)))

/** A range as its flag gives it. Throws ClusterError RANGE_INVALID, RANGE_TAKEN. */
export function givenRange(kind: RangeKind, flag: string, { machine, own }: Obstacles): PerFamily {
  const given = parseRanges(`${kind}-cidr`, flag)
  for (const text of given) {
    const { address, prefix } = parseCidr(text)
    const least = LEAST[kind][address.family]
    if (prefix > least) throw invalid(`${kind}-cidr`, flag, `${text} is too small: at most /${least}`)
  }
  const other = collision(given, own)
  if (other !== undefined) throw invalid(`${kind}-cidr`, flag, `overlaps ${other.what}`)
  const obstacle = collision(given, machine)
  if (obstacle === undefined) return given
  throw new ClusterError('RANGE_TAKEN', `--${kind}-cidr ${flag} collides with ${obstacle.what}`, {
    hint: `give another range, or leave --${kind}-cidr out: a free one is chosen`,
  })
}

/** The first candidate that no obstacle overlaps. Throws ClusterError RANGE_EXHAUSTED. */
export function freeRange(kind: RangeKind, families: readonly IpFamily[], { machine, own }: Obstacles): PerFamily {
  const obstacles = [...own, ...machine]
  const all = candidates(kind, families)
  const free = all.find((candidate) => collision(candidate, obstacles) === undefined)
  if (free !== undefined) return free
  const [first] = all
  throw new ClusterError(
    'RANGE_EXHAUSTED',
    `no free block for --${kind}-cidr: ${collision(first as PerFamily, obstacles)?.what} is in the way`,
    {
      hint: `give one that is free here: --${kind}-cidr ${families.map((family) => `V${family.at(-1)}`).join()}`,
    },
  )
}
