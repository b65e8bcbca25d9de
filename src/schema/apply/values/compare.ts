import { isJsonObject, type JsonObject, type JsonValue, jsonEqual } from '../../json-value.ts'
import { EMPTY, type FieldSet, type GrowingSet, SELF } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import type { FieldEntry, FieldType, ListType, MapType } from '../types/field-type.ts'
import { heldBy } from '../types/held.ts'
import { itemElement, ListItemError } from '../types/list-item.ts'
import { deducedShape, shapeOf } from '../types/shape.ts'

/** How two states of an object differ. No field is in two of the sets; of a set that is absent there is nothing. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

type Value = JsonValue | undefined

/** What was found below a value, while it is walked. */
class Found {
  added: GrowingSet | undefined
  modified: GrowingSet | undefined
  removed: GrowingSet | undefined
}

const NONE = new Found()

/** What became of the value itself. */
const SAME = 0
const ADDED = 1
const MODIFIED = 2
const REMOVED = 4
/** It is a leaf: nothing of it is told beside what became of it. */
const LEAF = 8

/**
 * Compares two states of an object of this type. `isTyped`: both are held by their message, so that what Go would show
 * of a value that is not set counts, and a zero that it would leave out does not.
 */
export const compareValues = (type: FieldType, before: JsonValue, after: JsonValue, isTyped: boolean): Comparison => {
  const found = new Found()
  walk(found, type, before, after, isTyped)
  return { added: found.added ?? EMPTY, modified: found.modified ?? EMPTY, removed: found.removed ?? EMPTY }
}

/** Puts what is below a value into `found`, and says what became of the value. At least one of both is there. */
const walk = (found: Found, type: FieldType, before: Value, after: Value, isTyped: boolean): number => {
  if (before === after) return SAME
  const own = before === undefined ? ADDED : after === undefined ? REMOVED : SAME
  let outcome = SAME
  if (own !== ADDED && own !== REMOVED && differInShape(type, before, after))
    outcome |= walkAs(found, shapeOf(type, before), type, before, after, isTyped)
  outcome |= walkAs(found, shapeOf(type, after === undefined ? before : after), type, before, after, isTyped)
  return (outcome & LEAF) !== 0 ? outcome : outcome | own
}

const differInShape = (type: FieldType, before: Value, after: Value): boolean => {
  const shapes = Number(type.map !== undefined) + Number(type.list !== undefined) + Number(type.scalar !== undefined)
  return shapes > 1 && deducedShape(type, before) !== deducedShape(type, after)
}

const walkAs = (
  found: Found,
  shape: ReturnType<typeof shapeOf>,
  type: FieldType,
  before: Value,
  after: Value,
  isTyped: boolean,
): number => {
  if (shape === 'map') return walkMap(found, type.map!, before, after, isTyped)
  if (shape === 'list') return walkList(found, type.list!, before, after, isTyped)
  return shape === 'scalar' ? leaf(before, after) : SAME
}

const leaf = (before: Value, after: Value): number => {
  if (before === undefined) return ADDED | LEAF
  if (after === undefined) return REMOVED | LEAF
  return jsonEqual(before, after) ? LEAF : MODIFIED | LEAF
}

const NOTHING: JsonObject = Object.freeze({})

const walkMap = (found: Found, map: MapType, before: Value, after: Value, isTyped: boolean): number => {
  const left = isJsonObject(before) ? before : NOTHING
  const right = isJsonObject(after) ? after : NOTHING
  const isWhole = isJsonObject(before) && isJsonObject(after)
  if (map.atomic) return leaf(before, after)
  // What JSON shows nothing of is a leaf, so that it is not the same as null.
  if (isBare(map, left, isTyped) && isBare(map, right, isTyped)) return isWhole ? LEAF : leaf(before, after)
  for (const name in right) walkMember(found, map, name, left, right, before, after, isTyped)
  for (const name in left)
    if (right[name] === undefined) walkMember(found, map, name, left, right, before, after, isTyped)
  // What no state names is the same in both, unless one of them is not there.
  if (isTyped && !isWhole) {
    for (const name of impliedBy(map))
      if (left[name] === undefined && right[name] === undefined)
        walkMember(found, map, name, left, right, before, after, isTyped)
  }
  return SAME
}

const walkMember = (
  found: Found,
  map: MapType,
  name: string,
  left: JsonObject,
  right: JsonObject,
  before: Value,
  after: Value,
  isTyped: boolean,
): void => {
  const entry = map.fields.get(name)
  const type = entry?.type ?? map.elements
  if (type === undefined || map.ignored?.has(name)) return
  const was = memberOf(entry, left, name, isJsonObject(before), isTyped)
  const is = memberOf(entry, right, name, isJsonObject(after), isTyped)
  if (was === is) return
  // Most members are scalars, and have nothing below them.
  if (type.map === undefined && type.list === undefined) attach(found, fieldElement(name), NONE, leaf(was, is))
  else {
    const below = new Found()
    const outcome = walk(below, type, was, is, isTyped)
    attach(found, fieldElement(name), below, outcome)
  }
}

const memberOf = (
  entry: FieldEntry | undefined,
  object: JsonObject,
  name: string,
  isThere: boolean,
  isTyped: boolean,
): Value => {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return isTyped && entry !== undefined && isThere ? heldBy(entry, value) : value
}

const implied = new WeakMap<MapType, readonly string[]>()

/** The fields that JSON shows where they are not set. */
const impliedBy = (map: MapType): readonly string[] => {
  let names = implied.get(map)
  if (names === undefined) {
    names = [...map.fields].flatMap(([name, { absent }]) => (absent === undefined ? [] : [name]))
    implied.set(map, names)
  }
  return names
}

/** Whether JSON shows no member of it. */
const isBare = (map: MapType, object: JsonObject, isTyped: boolean): boolean => {
  for (const name in object) {
    const entry = map.fields.get(name)
    if (memberOf(entry, object, name, true, isTyped) !== undefined) return false
  }
  return !isTyped || object === NOTHING || impliedBy(map).length === 0
}

const walkList = (found: Found, list: ListType, before: Value, after: Value, isTyped: boolean): number => {
  const left = Array.isArray(before) ? (before as readonly JsonValue[]) : []
  const right = Array.isArray(after) ? (after as readonly JsonValue[]) : []
  if (list.atomic || (left.length === 0 && right.length === 0)) return leaf(before, after)
  const [was, is] = [itemsOf(list, left, isTyped), itemsOf(list, right, isTyped)]
  for (const [element, items] of was) walkItem(found, list.items, element, items, is.get(element) ?? [], isTyped)
  for (const [element, items] of is) if (!was.has(element)) walkItem(found, list.items, element, [], items, isTyped)
  return SAME
}

/** By their elements; several of one are told as one. What has none is passed over: it cannot be owned. */
const itemsOf = (list: ListType, items: readonly JsonValue[], isTyped: boolean): Map<string, JsonValue[]> => {
  const byElement = new Map<string, JsonValue[]>()
  for (const item of items) {
    const element = elementOf(list, item, isTyped)
    if (element === undefined) continue
    const known = byElement.get(element)
    if (known === undefined) byElement.set(element, [item])
    else known.push(item)
  }
  return byElement
}

const elementOf = (list: ListType, item: JsonValue, isTyped: boolean): string | undefined => {
  try {
    return itemElement(list, item, isTyped)
  } catch (error) {
    if (error instanceof ListItemError) return undefined
    throw error
  }
}

const walkItem = (
  found: Found,
  type: FieldType,
  element: string,
  was: readonly JsonValue[],
  is: readonly JsonValue[],
  isTyped: boolean,
): void => {
  const one = (before: Value, after: Value): void => {
    const below = new Found()
    const outcome = walk(below, type, before, after, isTyped)
    attach(found, element, below, outcome)
  }
  if (was.length <= 1 && is.length <= 1) one(was[0], is[0])
  else if (was.length >= 2 && is.length >= 2) {
    if (!jsonEqual(was, is)) attach(found, element, NONE, MODIFIED)
  } else if (was.length >= 2) {
    if (is.length > 0) one(undefined, is[0])
    attach(found, element, NONE, REMOVED)
  } else {
    if (was.length > 0) one(was[0], undefined)
    attach(found, element, NONE, ADDED)
  }
}

const attach = (found: Found, element: string, below: Found, outcome: number): void => {
  found.added = withNode(found.added, element, nodeFor(below.added, (outcome & ADDED) !== 0))
  found.modified = withNode(found.modified, element, nodeFor(below.modified, (outcome & MODIFIED) !== 0))
  found.removed = withNode(found.removed, element, nodeFor(below.removed, (outcome & REMOVED) !== 0))
}

const withNode = (set: GrowingSet | undefined, element: string, node: FieldSet | undefined): GrowingSet | undefined => {
  if (node === undefined) return set
  if (set === undefined) return { [element]: node }
  set[element] = node
  return set
}

const nodeFor = (below: GrowingSet | undefined, member: boolean): FieldSet | undefined => {
  if (below === undefined) return member ? EMPTY : undefined
  return member ? { [SELF]: EMPTY, ...below } : below
}
