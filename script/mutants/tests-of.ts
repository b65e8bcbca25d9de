import type { Tree } from '../check/tree.ts'
import { roomOf } from '../check/tree.ts'

/** The tests of a file's own room that load it, those that import it themselves first. */
export const testsOf = (path: string, { units }: Tree): readonly string[] => {
  const distanceFrom = (test: string): number | undefined => {
    const seen = new Set([test])
    let front: readonly string[] = [test]
    for (let distance = 0; front.length > 0; distance++) {
      if (front.includes(path)) return distance
      front = front
        .flatMap((one) => units.get(one)?.imports ?? [])
        .flatMap(({ target }) => (target === undefined || seen.has(target) ? [] : [target]))
      for (const one of front) seen.add(one)
    }
    return undefined
  }
  return [...units.keys()]
    .filter((test) => test.endsWith('.test.ts') && roomOf(test) === roomOf(path))
    .flatMap((test) => {
      const distance = distanceFrom(test)
      return distance === undefined ? [] : [{ test, distance }]
    })
    .sort((a, b) => a.distance - b.distance)
    .map(({ test }) => test)
}
