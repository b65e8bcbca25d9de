import { isJsonObject, type JsonValue } from '../../json-value.ts'
import { EMPTY, type FieldSet, type GrowingSet, isEmpty, nodeOf } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import type { FieldType, ListType, MapType } from '../types/field-type.ts'
import { itemElement } from '../types/list-item.ts'
import { shapeOf } from '../types/shape.ts'

/**
 * Every leaf and every item that a value names: what who applies it is to own. The value has been validated, or is what
 * the server holds; there items may stand twice, and are then owned as one.
 */
export const fieldsOf = (type: FieldType, value: JsonValue): FieldSet => walk(type, value).below

interface Walked {
  readonly below: FieldSet
  /** The value is a leaf of its own accord. */
  readonly leaf: boolean
}

const A_LEAF: Walked = { below: EMPTY, leaf: true }
const NOTHING: Walked = { below: EMPTY, leaf: false }

const walk = (type: FieldType, value: JsonValue): Walked => {
  switch (shapeOf(type, value)) {
    case 'map':
      return type.map!.atomic
        ? A_LEAF
        : isJsonObject(value)
          ? { below: membersOf(type.map!, value), leaf: false }
          : NOTHING
    case 'list':
      return type.list!.atomic
        ? A_LEAF
        : Array.isArray(value)
          ? { below: itemsOf(type.list!, value), leaf: false }
          : NOTHING
    case 'scalar':
      return A_LEAF
    case 'none':
      return NOTHING
  }
}

const membersOf = (map: MapType, value: { readonly [name: string]: JsonValue }): FieldSet => {
  const set: GrowingSet = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    const entry = map.fields.get(name)
    const type = entry?.type ?? map.elements
    if (type === undefined) continue
    const { below, leaf } = walk(type, member)
    const isBare = member === null || (isJsonObject(member) && isEmpty(member as FieldSet))
    const node = nodeOf(below, leaf || isBare || entry === undefined)
    if (node !== undefined) set[fieldElement(name)] = node
  }
  return set
}

const itemsOf = (list: ListType, items: readonly JsonValue[]): FieldSet => {
  const set: GrowingSet = {}
  for (const item of items) {
    const element = itemElement(list, item, false)
    set[element] = Object.hasOwn(set, element) ? EMPTY : nodeOf(walk(list.items, item).below, true)!
  }
  return set
}
