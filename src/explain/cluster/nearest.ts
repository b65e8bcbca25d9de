import { tryParseAddress } from '#net/ip-address.ts'

/** Letters to change, add, drop or swap with their neighbour (Damerau's distance, restricted): `wbe` → `web` is 1. */
function distance(left: string, right: string): number {
  let before: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const line = [row]
    for (let column = 1; column <= right.length; column++) {
      const differs = left[row - 1] === right[column - 1] ? 0 : 1
      let best = Math.min(
        (line[column - 1] as number) + 1,
        (last[column] as number) + 1,
        (last[column - 1] as number) + differs,
      )
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1])
        best = Math.min(best, (before[column - 2] as number) + 1)
      line.push(best)
    }
    before = last
    last = line
  }
  return last[right.length] as number
}

/** How unlike two words are: 0 the same, 1 nothing in common. One that begins with the other is near. */
export function unlikeness(left: string, right: string): number {
  if (left === right) return 0
  const longest = Math.max(left.length, right.length)
  const edits = distance(left, right) / longest
  const begins = left !== '' && right !== '' && (left.startsWith(right) || right.startsWith(left))
  return begins ? Math.min(edits, 0.5) : edits
}

/**
 * The words most like `word`, at most `count`, nearest first; those that have little in common with it are left out.
 */
export function nearest(word: string, words: Iterable<string>, count = 3): readonly string[] {
  return [...new Set(words)]
    .sort()
    .map((one) => ({ one, far: unlikeness(word, one) }))
    .filter(({ far }) => far <= 0.6)
    .sort((a, b) => a.far - b.far)
    .slice(0, count)
    .map(({ one }) => one)
}

const MOST_UNLIKE = 0.4

/** Whether words are so much alike that the one may be meant by the other. */
export const isLike = (one: string, other: string): boolean => unlikeness(one, other) <= MOST_UNLIKE

/** Whether one host may be meant by another: of each pair of their labels, from the last on, one may be meant by the other. */
export const isLikeHost = (one: string, other: string): boolean => {
  const labels = other.split('.').reverse()
  const pairs = one.split('.').reverse().slice(0, labels.length)
  return isLike(one, other) && pairs.every((label, at) => isLike(label, labels[at] as string))
}

/** Hosts of those that may be meant by one, the nearest first; all of them where it is an address, which is no name. */
export const nearestHosts = (host: string, hosts: readonly string[]): readonly string[] =>
  tryParseAddress(host.replace(/^\[|\]$/g, '')) !== undefined
    ? hosts
    : nearest(
        host,
        hosts.filter((one) => isLikeHost(one, host)),
      )
