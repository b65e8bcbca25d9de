import { byteLength } from '#objects/label-form.ts'
import { inTurns } from './values/turns.ts'

/** Of `HTTPRoute shop/web 0` and `Gateway shop/gw http`: shop. */
export const namespaceOfPart = (id: string): string => id.split(' ')[1]?.split('/')[0] ?? ''

/** How long words may be: the longest with which all of them find room. */
const LONGEST = [400, 100] as const

/**
 * Words by ids, as many as have room in so many octets of JSON: namespaces take turns, each in the order of its ids, so that
 * of the same words the same are told whenever they came.
 */
export const toldWords = (words: ReadonlyMap<string, string>, octets: number): ReadonlyMap<string, string> => {
  const ids = idsInTurns(words.keys())
  const told = LONGEST.map((longest) =>
    withinOctets(
      ids.map((id) => [id, words.get(id)!.slice(0, longest)]),
      octets,
    ),
  )
  return told.find(({ size }) => size === words.size) ?? told.at(-1)!
}

/** Ids by words that many of them have in common, in the same turns: words are told once, so nothing is cut short for others. */
export const sharedWords = (
  words: ReadonlyMap<string, string>,
  octets: number,
): ReadonlyMap<string, readonly string[]> => {
  const all = idsInTurns(words.keys()).map((id) => [id, words.get(id)!.slice(0, LONGEST[0])] as const)
  const firsts = new Map(all.toReversed().map(([id, why]) => [why, id]))
  const told = withinOctets(all, octets, ([id, why]) => (firsts.get(why) === id ? [[id], why] : [id]))
  return Map.groupBy(told.keys(), (id) => told.get(id)!)
}

/** The first of each namespace, then the second of each, each in the order of its ids. */
export const idsInTurns = (ids: Iterable<string>): readonly string[] =>
  inTurns([...ids].sort(), (id) => [namespaceOfPart(id)])

/** The first of them, as far as there is room in JSON for what is written of each. */
export const withinOctets = <T>(
  all: readonly (readonly [id: string, what: T])[],
  octets: number,
  written: (one: readonly [id: string, what: T]) => unknown = (one) => one,
): Map<string, T> => {
  const told = new Map<string, T>()
  let room = octets
  for (const one of all) {
    room -= byteLength(JSON.stringify(written(one)))
    if (room < 0) break
    told.set(...one)
  }
  return told
}
