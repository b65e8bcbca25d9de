import { EMPTY, type FieldSet, type GrowingSet, isMember, nodeOf, SELF } from '../sets/field-set.ts'
import type { FieldType } from './field-type.ts'

/**
 * The set with the fields of structs on the way to its members, which are no members otherwise: of `a.b.c` also `a`,
 * where that is a declared field, and not `b` where it is a key of a map.
 */
export const withNamedFields = (type: FieldType | undefined, set: FieldSet): FieldSet => {
  const result: GrowingSet = {}
  for (const element in set) {
    if (element === SELF) continue
    const node = set[element]!
    const name = element[0] === 'f' ? element.slice(2) : undefined
    const entry = name === undefined ? undefined : type?.map?.fields.get(name)
    const below = name === undefined ? (element[0] === 'k' ? type?.list?.items : undefined) : entry?.type
    const inner = withNamedFields(below ?? (name === undefined ? undefined : type?.map?.elements), node)
    result[element] = nodeOf(inner, isMember(node) || entry !== undefined) ?? EMPTY
  }
  return result
}
