import { isJsonObject, type JsonObject, type JsonValue, jsonEqual } from '../../json-value.ts'
import type { FieldEntry, FieldType, ListType, MapType } from '../types/field-type.ts'
import { heldBy } from '../types/held.ts'

type Value = JsonValue | undefined

/**
 * Whether who makes one of two objects of this type owns the same fields as who makes the other: they differ at most in
 * the values of leaves. True is certain; false may be said of some that are alike. `isTyped`: as compareValues() has it.
 */
export const isAlike = (type: FieldType, a: JsonValue, b: JsonValue, isTyped: boolean): boolean =>
  areAlike(type, undefined, a, b, isTyped)

const areAlike = (type: FieldType, absent: Value, a: JsonValue, b: JsonValue, isTyped: boolean): boolean => {
  const { map, list, scalar } = type
  if (scalar !== undefined)
    return map === undefined && list === undefined ? areLeavesAlike(absent, a, b) : jsonEqual(a, b)
  if (map !== undefined) {
    if (list !== undefined || !isJsonObject(a) || !isJsonObject(b)) return false
    return map.atomic ? areLeavesAlike(absent, a, b) : areMapsAlike(map, a, b, isTyped)
  }
  if (list === undefined || !Array.isArray(a) || !Array.isArray(b)) return false
  return list.atomic ? areLeavesAlike(absent, a, b) : areListsAlike(list, a, b, isTyped)
}

/** Both are written, or both are what stands there if nothing is said. */
const areLeavesAlike = (absent: Value, a: JsonValue, b: JsonValue): boolean =>
  absent === undefined || jsonEqual(a, absent) === jsonEqual(b, absent)

const areMapsAlike = (map: MapType, a: JsonObject, b: JsonObject, isTyped: boolean): boolean => {
  for (const name in a) if (!areMembersAlike(map, name, a[name], own(b, name), isTyped)) return false
  for (const name in b)
    if (!Object.hasOwn(a, name) && !areMembersAlike(map, name, undefined, b[name], isTyped)) return false
  return true
}

const own = (object: JsonObject, name: string): Value => (Object.hasOwn(object, name) ? object[name] : undefined)

const areMembersAlike = (map: MapType, name: string, a: Value, b: Value, isTyped: boolean): boolean => {
  const entry = map.fields.get(name)
  const type = entry?.type ?? map.elements
  if (type === undefined || map.ignored?.has(name)) return true
  const held = isTyped ? entry : undefined
  const [was, is] = [heldAs(held, a), heldAs(held, b)]
  if (was === is) return true
  if (was === undefined || was === null || is === undefined || is === null) return false
  return areAlike(type, held?.absent, was, is, isTyped)
}

const heldAs = (entry: FieldEntry | undefined, value: Value): Value =>
  entry === undefined ? value : heldBy(entry, value)

const areListsAlike = (list: ListType, a: readonly JsonValue[], b: readonly JsonValue[], isTyped: boolean): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at]!, b[at]!]
    if (one === other) continue
    // What an item is known by is a part of the path.
    if (!isJsonObject(one) || !isJsonObject(other)) return false
    for (const key of list.keys) if (own(one, key) !== own(other, key)) return false
    if (list.keys.length === 0 || !areAlike(list.items, undefined, one, other, isTyped)) return false
  }
  return true
}
