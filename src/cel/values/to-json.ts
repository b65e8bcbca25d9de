import { toBase64 } from '#schema/base64.ts'
import { keptInteger } from '#schema/json/long-integer.ts'
import type { JsonValue } from '#schema/json-value.ts'
import { CelError } from './cel-error.ts'
import { Duration, Timestamp } from './time.ts'
import { ListValue, MapValue, ObjectValue, Optional, Uint, type Value } from './value.ts'

/** A value as JSON. Throws CelError for what JSON has no word for. */
export const toJson = (value: Value): JsonValue => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (typeof value === 'bigint') return keptInteger(value)
  if (value instanceof Uint) return keptInteger(value.value)
  if (value instanceof Uint8Array) return toBase64(value)
  if (value instanceof Duration || value instanceof Timestamp) return value.toString()
  if (value instanceof ListValue) return value.items.map(toJson)
  if (value instanceof Optional) return value.value === undefined ? null : toJson(value.value)
  if (value instanceof ObjectValue)
    return Object.fromEntries(value.names().map((name) => [name, toJson(value.field(name)!)]))
  if (value instanceof MapValue)
    return Object.fromEntries(value.keys().map((key) => [String(key), toJson(value.get(key)!)]))
  throw new CelError('a value of this type cannot be written as JSON')
}
