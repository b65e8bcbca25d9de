import { EMPTY, type FieldSet, type GrowingSet, isEmpty, isMember, nodeOf, SELF } from '../sets/field-set.ts'
import type { FieldType } from '../types/field-type.ts'
import { DEDUCED } from '../types/field-type.ts'

/**
 * A set as it is after its type has changed: what was owned in parts and is now owned as a whole is owned as a whole by
 * whoever owned a part. The set itself where nothing is to be changed.
 */
export const reconcileSet = (type: FieldType, set: FieldSet): FieldSet => {
  let result: GrowingSet | undefined
  for (const element in set) {
    if (element === SELF) continue
    const node = set[element]!
    const next = reconcileNode(typeAt(type, element), node)
    if (next === node) continue
    result ??= { ...set }
    result[element] = next
  }
  return result ?? set
}

const reconcileNode = (type: FieldType | undefined, node: FieldSet): FieldSet => {
  if (type === undefined || isEmpty(node)) return node
  const { map, list } = type
  // What is deduced has no types that could have changed.
  if (map !== undefined && map.fields.size === 0 && map.elements === DEDUCED) return node
  if (map?.atomic || (map === undefined && type.scalar === undefined && list?.atomic)) return EMPTY
  const below = reconcileSet(type, node)
  return below === node ? node : nodeOf(below, isMember(node))!
}

const typeAt = (type: FieldType, element: string): FieldType | undefined => {
  if (element[0] !== 'f') return type.list?.items
  return type.map?.fields.get(element.slice(2))?.type ?? type.map?.elements
}
