import { isJsonObject, type JsonValue } from '../../json-value.ts'
import { setMember } from '../../plan.ts'
import { type FieldSet, isMember } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import type { FieldType, ListType, MapType } from '../types/field-type.ts'
import { itemElement } from '../types/list-item.ts'
import { shapeOf } from '../types/shape.ts'

/**
 * A value without the members and items that are in the set. What is owned as a whole goes as a whole, and what has
 * nothing left in it is null.
 */
export const removeFields = (type: FieldType, value: JsonValue, set: FieldSet): JsonValue => {
  switch (shapeOf(type, value)) {
    case 'map':
      return removeMembers(type.map!, value, set)
    case 'list':
      return removeItems(type.list!, value, set)
    case 'scalar':
      return value
    case 'none':
      return null
  }
}

const removeMembers = (map: MapType, value: JsonValue, set: FieldSet): JsonValue => {
  if (!isJsonObject(value) || map.atomic) return null
  const rest: { [name: string]: JsonValue } = {}
  let count = 0
  for (const [name, member] of Object.entries(value)) {
    const node = set[fieldElement(name)]
    if (node !== undefined && isMember(node)) continue
    const type = map.fields.get(name)?.type ?? map.elements
    setMember(rest, name, node === undefined || type === undefined ? member : removeFields(type, member, node))
    count++
  }
  return count > 0 ? rest : null
}

const removeItems = (list: ListType, value: JsonValue, set: FieldSet): JsonValue => {
  if (!Array.isArray(value) || list.atomic) return null
  const rest: JsonValue[] = []
  for (const item of value as readonly JsonValue[]) {
    const node = set[itemElement(list, item, false)]
    if (node === undefined) rest.push(item)
    else if (!isMember(node)) rest.push(removeFields(list.items, item, node))
  }
  return rest.length > 0 ? rest : null
}
