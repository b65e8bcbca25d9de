import { isJsonObject, type JsonValue } from '../../json-value.ts'
import { noMap, noMergeKey } from './patch-error.ts'

/** By which an item is known: the value of its merge key, or the item itself; as a text that only equals have. */
export const identityOf = (item: JsonValue, mergeKey: string | undefined): string | undefined => {
  const value = mergeKey === undefined ? item : isJsonObject(item) ? item[mergeKey] : undefined
  return value === undefined ? undefined : JSON.stringify(value)
}

/** As identityOf(), where there is one. Throws StrategicMergeError for an item without its merge key. */
export const idOf = (item: JsonValue, mergeKey: string | undefined): string => {
  const id = identityOf(item, mergeKey)
  if (id !== undefined) return id
  if (!isJsonObject(item)) throw noMap(item)
  throw noMergeKey(item, mergeKey!)
}

type Places = ReadonlyMap<string, number>

/** Where each stands first. */
const placesIn = (items: readonly JsonValue[], mergeKey: string | undefined): Places => {
  const places = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const id = idOf(item, mergeKey)
    if (!places.has(id)) places.set(id, index)
  }
  return places
}

interface Orders {
  /** What the patch says of the order of what it names. */
  readonly patch: readonly JsonValue[]
  /** What the object had. */
  readonly server: readonly JsonValue[]
}

/**
 * Puts a merged list in order: what the patch names as it names it, the rest as it was, and of two that were both there
 * before, the earlier first. So what the patch brings anew stands before what only the object has.
 */
export const inOrder = (
  merged: readonly JsonValue[],
  { patch, server }: Orders,
  mergeKey: string | undefined,
): readonly JsonValue[] => {
  const wanted = placesIn(patch, mergeKey)
  const had = placesIn(server, mergeKey)
  const place = (places: Places, item: JsonValue): number => places.get(idOf(item, mergeKey)) ?? -1
  const named = sorted(
    merged.filter((item) => place(wanted, item) >= 0),
    (item) => place(wanted, item),
  )
  const others = sorted(
    merged.filter((item) => place(wanted, item) < 0),
    (item) => place(had, item),
  )
  const result: JsonValue[] = []
  let [left, right] = [0, 0]
  while (left < others.length && right < named.length) {
    const [l, r] = [place(had, others[left]!), place(had, named[right]!)]
    result.push(l >= 0 && r >= 0 && l < r ? others[left++]! : named[right++]!)
  }
  return [...result, ...named.slice(right), ...others.slice(left)]
}

/** Stable; one that has no place goes before all that it meets, as apimachinery has it. */
const sorted = (items: readonly JsonValue[], placeOf: (item: JsonValue) => number): readonly JsonValue[] => {
  const places = items.map((item) => ({ item, place: placeOf(item) }))
  if (places.every(({ place }) => place >= 0)) places.sort((a, b) => a.place - b.place)
  else
    for (let end = 1; end < places.length; end++)
      for (let at = end; at > 0 && goesBefore(places[at]!, places[at - 1]!); at--)
        [places[at - 1], places[at]] = [places[at]!, places[at - 1]!]
  return places.map(({ item }) => item)
}

const goesBefore = (a: { readonly place: number }, b: { readonly place: number }): boolean =>
  a.place < 0 || b.place < 0 || a.place < b.place
