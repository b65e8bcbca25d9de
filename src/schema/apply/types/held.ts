import type { JsonValue } from '../../json-value.ts'
import type { FieldEntry } from './field-type.ts'

/** What JSON shows of a field of an object that is held by its message; undefined: nothing. */
export const heldBy = (entry: FieldEntry, value: JsonValue | undefined): JsonValue | undefined => {
  if (value === undefined || value === null) return entry.absent
  return entry.omitsZero && isZero(value) ? entry.absent : value
}

const isZero = (value: JsonValue): boolean => {
  if (typeof value !== 'object') return value === '' || value === 0 || value === false
  if (Array.isArray(value)) return value.length === 0
  for (const _ in value as object) return false
  return true
}
