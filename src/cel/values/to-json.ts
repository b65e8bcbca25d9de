import { toBase64 } from '#schema/base64.ts'
import { keptInteger } from '#schema/json/long-integer.ts'
import type { JsonValue } from '#schema/json-value.ts'
import { CelCostError, CelError } from './cel-error.ts'
import { typeNameOf } from './kind-of.ts'
import { Duration, Timestamp } from './time.ts'
import { ListValue, MapValue, ObjectValue, Optional, Uint, type Value } from './value.ts'

/** Parts of a value that is written: a list may hold another a thousand times, and that one a third. */
const MOST = 1_000_000

/** A value as JSON. Throws CelError for what JSON has no word for, and CelCostError for what has too many parts. */
export const toJson = (value: Value): JsonValue => {
  let parts = 0
  const written = (part: Value): JsonValue => {
    if (++parts > MOST) throw new CelCostError()
    if (part === null || typeof part === 'string' || typeof part === 'boolean' || typeof part === 'number') return part
    if (typeof part === 'bigint') return keptInteger(part)
    if (part instanceof Uint) return keptInteger(part.value)
    if (part instanceof Uint8Array) return toBase64(part)
    if (part instanceof Duration || part instanceof Timestamp) return part.toString()
    if (part instanceof ListValue) return part.items.map(written)
    if (part instanceof Optional) return part.value === undefined ? null : written(part.value)
    if (part instanceof ObjectValue)
      return Object.fromEntries(part.names().map((name) => [name, written(part.field(name)!)]))
    if (part instanceof MapValue)
      return Object.fromEntries(part.keys().map((key) => [nameOf(key), written(part.get(key)!)]))
    throw new CelError('a value of this type cannot be written as JSON')
  }
  return written(value)
}

/** Nothing but a text is a name in JSON. */
const nameOf = (key: Value): string => {
  if (typeof key === 'string') return key
  const type = typeNameOf(key)
  const isNamed = typeof key === 'boolean'
  throw new CelError(
    isNamed ? `type conversion error from ${type} to 'string'` : `unsupported type conversion from '${type}' to string`,
  )
}
