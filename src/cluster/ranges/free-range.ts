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

/**
 * A range as the flag gives it, or the first candidate that no obstacle overlaps. Throws ClusterError RANGE_INVALID,
 * RANGE_TAKEN, RANGE_EXHAUSTED.
 */
export function chooseRange(kind: RangeKind, flag: string | undefined, obstacles: readonly Obstacle[]): Pair {
  const collision = (candidate: Pair): Obstacle | undefined =>
    obstacles.find(({ range }) => candidate.some((text) => overlaps(parseCidr(text), range)))
  if (flag !== undefined) {
    const given = parsePair(`${kind}-cidr`, flag)
    for (const [family, text] of given.entries()) {
      const least = LEAST[kind][family] as number
      if (parseCidr(text).prefix > least) throw invalid(`${kind}-cidr`, flag, `${text} is too small: at most /${least}`)
    }
    const obstacle = collision(given)
    if (obstacle === undefined) return given
    throw new ClusterError('RANGE_TAKEN', `--${kind}-cidr ${flag} collides with ${obstacle.what}`, {
      hint: `give another range, or leave --${kind}-cidr out: a free one is chosen`,
    })
  }
  const free = RANGE_CANDIDATES[kind].find((candidate) => collision(candidate) === undefined)
  if (free !== undefined) return free
  const [first] = RANGE_CANDIDATES[kind]
  throw new ClusterError(
    'RANGE_EXHAUSTED',
    `no free block for --${kind}-cidr: ${collision(first as Pair)?.what} is in the way`,
    {
      hint: `give one that is free here: --${kind}-cidr V4,V6`,
    },
  )
}
