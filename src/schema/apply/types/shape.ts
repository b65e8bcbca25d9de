import { isJsonObject, type JsonValue } from '../../json-value.ts'
import type { FieldType } from './field-type.ts'

/** As what a value is to be walked, of the shapes that its type has. */
type Shape = 'map' | 'scalar' | 'list' | 'none'

/** The shape that the value itself has, if its type allows it; null and what does not fit have none. */
export const deducedShape = (type: FieldType, value: JsonValue | undefined): Shape => {
  if (value === undefined || value === null) return 'none'
  if (Array.isArray(value)) return type.list === undefined ? 'none' : 'list'
  if (isJsonObject(value)) return type.map === undefined ? 'none' : 'map'
  return type.scalar === undefined ? 'none' : 'scalar'
}

/** The shape in which a value is walked: its own, or else the first that its type has. */
export const shapeOf = (type: FieldType, value: JsonValue | undefined): Shape => {
  const deduced = deducedShape(type, value)
  if (deduced !== 'none') return deduced
  if (type.map !== undefined) return 'map'
  if (type.scalar !== undefined) return 'scalar'
  return type.list === undefined ? 'none' : 'list'
}
