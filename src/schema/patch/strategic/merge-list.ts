import { goType, goValue } from '../../go-format.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json-value.ts'
import { PATCH } from './directives.ts'
import { identityOf, idOf, inOrder } from './order.ts'
import { noMergeKey, StrategicMergeError, unfit, unknownDirective } from './patch-error.ts'

type List = readonly JsonValue[]

/** How the items of a list that are objects are merged. */
export interface Items {
  /** None: of scalars, which stand in it once each. */
  readonly mergeKey: string | undefined
  /** Go's word for what an item is. */
  readonly kind: string
  merge(before: JsonObject, patch: JsonObject): JsonObject
}

/** Merges a list into another by its items. */
export const mergeList = (before: List, patch: List, items: Items): List => {
  if (before.length === 0 && patch.length === 0) return before
  const { mergeKey } = items
  if (elementType(before, patch) !== OBJECT) {
    const merged = uniqueScalars([...before, ...patch])
    return inOrder(merged, { patch, server: before }, mergeKey)
  }
  if (mergeKey === undefined) throw unfit(`cannot merge lists without merge key for ${items.kind}`)
  const { kept, named } = directed(before, patch as readonly JsonObject[], mergeKey)
  return inOrder(mergeItems(kept, named, items, mergeKey), { patch: named, server: kept }, mergeKey)
}

/** Takes scalars out of a list. */
export const deleteFromList = (before: List, deleted: List, items: Items): List => {
  if (before.length === 0 && deleted.length === 0) return before
  if (elementType(before, deleted) === OBJECT) return mergeList(before, deleted, items)
  const gone = new Set(deleted.map((item) => identityOf(item, undefined)))
  return before.filter((item) => !gone.has(identityOf(item, undefined)))
}

const OBJECT = goType({})

/** The one type of all items. Throws StrategicMergeError where they have several, or are lists. */
export const elementType = (...lists: readonly List[]): string => {
  let type: string | undefined
  for (const item of lists.flat()) {
    const one = Array.isArray(item) ? '[]' : goType(item)
    if (type === undefined && one === '[]')
      throw new StrategicMergeError('PATCH_REJECTED', 'lists of lists are not supported')
    if (type !== undefined && one !== type) throw unfit(`list element types are not identical: ${goValue(lists)}`)
    type = one
  }
  if (type === undefined) throw unfit('no elements in any of the given slices')
  return type
}

const uniqueScalars = (items: List): List => [
  ...new Map(items.map((item) => [identityOf(item, undefined), item])).values(),
]

/** What is left of the list, and of the patch, when its directives are done. */
const directed = (before: List, patch: readonly JsonObject[], mergeKey: string) => {
  const named: JsonObject[] = []
  const gone = new Set<string>()
  let replaced = false
  for (const item of patch) {
    const directive = item[PATCH]
    if (directive === undefined) named.push(item)
    else if (directive === 'delete') {
      if (item[mergeKey] === undefined) throw noMergeKey(item, mergeKey)
      gone.add(idOf(item, mergeKey))
    } else if (directive === 'replace') replaced = true
    else if (directive === 'merge') throw unfit('merging lists cannot yet be specified in the patch')
    else throw unknownDirective(directive, item)
  }
  if (replaced) return { kept: named, named: [] }
  const isGone = (item: JsonValue): boolean => {
    const id = identityOf(item, mergeKey)
    return id !== undefined && gone.has(id)
  }
  return { kept: gone.size === 0 ? before : before.filter((item) => !isGone(item)), named }
}

const mergeItems = (before: List, patch: readonly JsonObject[], items: Items, mergeKey: string): List => {
  const merged = [...before]
  const places = new Map<string, number>()
  for (const [index, item] of merged.entries()) {
    const id = identityOf(item, mergeKey)
    if (id !== undefined && !places.has(id)) places.set(id, index)
  }
  for (const item of patch) {
    const id = idOf(item, mergeKey)
    const index = places.get(id)
    if (index !== undefined) merged[index] = items.merge(merged[index] as JsonObject, item)
    else {
      places.set(id, merged.length)
      merged.push(item)
    }
  }
  return merged
}

/** Holds the items of a patch against the order that it asks for: they must all be in it, in that order. */
export const checkOrder = (patch: List, order: List, mergeKey: string | undefined): void => {
  if (order.length === 0 || patch.length === 0) return
  const named = patch.filter((item) => !(isJsonObject(item) && item[PATCH] === 'delete'))
  let [at, next] = [0, 0]
  while (at < named.length && next < order.length) {
    const item = named[at]!
    const isDirective = isJsonObject(item) && item[PATCH] !== undefined
    if (isDirective || idOf(item, mergeKey) === idOf(order[next++]!, mergeKey)) at++
  }
  if (at < named.length)
    throw unfit(
      `The order in patch list:\n${goValue(patch)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`,
    )
}
