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
  const ids = inTurns([...words.keys()].sort(), (id) => [namespaceOfPart(id)])
  const told = LONGEST.map((longest) =>
    withinOctets(
      ids.map((id) => [id, words.get(id)!.slice(0, longest)]),
      octets,
    ),
  )
  return told.find(({ size }) => size === words.size) ?? told.at(-1)!
}

/** The first of them, as far as there is room. */
const withinOctets = (all: readonly (readonly [id: string, words: string])[], octets: number) => {
  const told = new Map<string, string>()
  let room = octets
  for (const [id, words] of all) {
    room -= byteLength(JSON.stringify([id, words]))
    if (room < 0) break
    told.set(id, words)
  }
  return told
}
