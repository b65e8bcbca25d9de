import { isJsonObject, type JsonObject, type JsonValue } from '../../json-value.ts'
import { own } from '../../own.ts'
import { setMember } from '../../plan.ts'
import type { MessageClass } from '../../schema.ts'
import { deletedFrom, orderOf, PATCH, RETAIN_KEYS, retainKeys, withoutDirectives, withoutNulls } from './directives.ts'
import { checkOrder, deleteFromList, elementType, type Items, mergeList } from './merge-list.ts'
import { inOrder } from './order.ts'
import { noList, unknownDirective } from './patch-error.ts'
import { listMember, mapMember, type Place, placeOf } from './place.ts'

type Members = { [key: string]: JsonValue }
type List = readonly JsonValue[]

/**
 * Applies a strategic merge patch to an object of the given kind, in JSON as the API shows it, driven by the `patch` and
 * `patchKey` of its declaration.
 *
 * Lists with `patch: 'merge'` merge by key (or as sets, for scalars); every other list is replaced. Directives:
 * `$patch` (`delete`, `replace`), `$deleteFromPrimitiveList/f`, `$setElementOrder/f`, `$retainKeys`. Arguments are not
 * changed. Source: the behaviour of apimachinery's `strategicpatch`, its oddities included: directives that come where
 * the object has nothing are dropped with the map that they stand in, or stay, and are unknown fields then.
 *
 * @throws StrategicMergeError
 */
export const applyStrategicMergePatch = (
  message: MessageClass<unknown>,
  original: JsonObject,
  patch: JsonObject,
): JsonObject => mergeMap(original, patch, placeOf(message))

const mergeMap = (original: JsonObject, patch: JsonObject, place: Place): JsonObject => {
  const directive = own(patch, PATCH)
  if (directive !== undefined) return directed(directive, patch)
  const result: Members = { ...original }
  retainKeys(result, patch)
  const ordered = new Set<string>()
  for (const [key, order] of Object.entries(patch)) {
    const name = orderOf(key)
    if (name === undefined) continue
    ordered.add(name)
    const list = orderedList(own(result, name), own(patch, name), order, name, place)
    if (list !== undefined) setMember(result, name, list)
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === RETAIN_KEYS || ordered.has(key) || orderOf(key) !== undefined) continue
    const list = deletedFrom(key)
    if (list === undefined) mergeMember(result, key, value, place)
    else deleteMember(result, list, value, place)
  }
  return result
}

const directed = (directive: JsonValue, patch: JsonObject): JsonObject => {
  if (directive === 'delete') return {}
  if (directive !== 'replace') throw unknownDirective(directive, patch)
  const { [PATCH]: _, ...rest } = patch
  return rest
}

const mergeMember = (result: Members, key: string, value: JsonValue, place: Place): void => {
  const before = own(result, key)
  if (value === null) delete result[key]
  else if (Array.isArray(value) && Array.isArray(before)) {
    const { strategy, mergeKey, place: below } = listMember(place, key)
    setMember(result, key, strategy === 'merge' ? mergeList(before, value, itemsOf(mergeKey, below)) : value)
  } else if (isJsonObject(value) && isJsonObject(before)) {
    const { strategy, place: below } = mapMember(place, key)
    setMember(result, key, strategy === 'replace' ? value : mergeMap(before, value, below))
  } else {
    const rest = withoutDirectives(withoutNulls(value))
    if (rest === undefined) delete result[key]
    else setMember(result, key, rest)
  }
}

const deleteMember = (result: Members, name: string, deleted: JsonValue, place: Place): void => {
  const before = own(result, name)
  if (deleted === null) delete result[name]
  else if (Array.isArray(before) && Array.isArray(deleted)) {
    const { mergeKey, place: below } = listMember(place, name)
    setMember(result, name, deleteFromList(before, deleted, itemsOf(mergeKey, below)))
  } else if (isJsonObject(before) && isJsonObject(deleted)) mergeMember(result, name, deleted, place)
}

const itemsOf = (mergeKey: string | undefined, place: Place): Items => ({
  mergeKey,
  kind: place.kind,
  merge: (before, patch) => mergeMap(before, patch, place),
})

/** A list in the order that is asked for, with what the patch has of it; undefined where there is none. */
const orderedList = (
  before: JsonValue | undefined,
  patch: JsonValue | undefined,
  order: JsonValue,
  name: string,
  place: Place,
): List | undefined => {
  if (!Array.isArray(order)) throw noList(order)
  if (before !== undefined && !Array.isArray(before)) throw noList(before)
  if (patch !== undefined && !Array.isArray(patch)) throw noList(patch)
  const { strategy, mergeKey, place: below } = listMember(place, name)
  const [server, wanted]: readonly [List, List] = [before ?? [], patch ?? []]
  checkOrder(wanted, order, mergeKey)
  if (before === undefined && patch === undefined) return undefined
  const merged = mergedFor(before, patch, strategy === 'merge', itemsOf(mergeKey, below))
  elementType(server, wanted)
  return inOrder(merged, { patch: order, server }, mergeKey)
}

const mergedFor = (before: List | undefined, patch: List | undefined, merges: boolean, items: Items): List => {
  if (patch === undefined) return before!
  if (before === undefined) return withoutDirectives(patch) as List
  return merges ? mergeList(before, patch, items) : patch
}
