import { overlaps, parseCidr } from '#net/cidr.ts'
import { ClusterError } from '../cluster-error.ts'
import type { Obstacle } from './obstacles.ts'
import { RANGE_CANDIDATES, type RangeKind } from './range-candidates.ts'
import { invalid, type Pair, parsePair } from './range-pair.ts'

/** Longest prefixes: room for a Service address of DNS, for the fabric, for two nodes with a few pods each. */
const LEAST: Readonly<Record<RangeKind, readonly [v4: number, v6: number]>> = {
  cluster: [25, 121],
  service: [28, 124],
  node: [28, 96],
}

/** What is in the way of a range: of the machine, and of the flags of this very cluster. */
export interface Obstacles {
  readonly machine: readonly Obstacle[]
  readonly own: readonly Obstacle[]
}

const collision = (candidate: Pair, obstacles: readonly Obstacle[]): Obstacle | undefined =>
  obstacles.find(({ range }) => candidate.some((text) => overlaps(parseCidr(text), range)))

/** A range as its flag gives it. Throws ClusterError RANGE_INVALID, RANGE_TAKEN. */
export function givenRange(kind: RangeKind, flag: string, { machine, own }: Obstacles): Pair {
  const given = parsePair(`${kind}-cidr`, flag)
  for (const [family, text] of given.entries()) {
    const least = LEAST[kind][family] as number
    if (parseCidr(text).prefix > least) throw invalid(`${kind}-cidr`, flag, `${text} is too small: at most /${least}`)
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
export function freeRange(kind: RangeKind, { machine, own }: Obstacles): Pair {
  const obstacles = [...own, ...machine]
  const free = RANGE_CANDIDATES[kind].find((candidate) => collision(candidate, obstacles) === undefined)
  if (free !== undefined) return free
  const [first] = RANGE_CANDIDATES[kind]
  throw new ClusterError(
    'RANGE_EXHAUSTED',
    `no free block for --${kind}-cidr: ${collision(first as Pair, obstacles)?.what} is in the way`,
    {
      hint: `give one that is free here: --${kind}-cidr V4,V6`,
    },
  )
}
