import { ListValue, MapValue, ObjectValue, Optional, TypeValue, Uint, type Value } from '../values/value.ts'

/** A value as JSON: ints as texts with an n, as they are written in code. */
export const jsonOf = (value: Value): unknown => {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint) return `${value.value}u`
  if (value instanceof ListValue) return value.items.map(jsonOf)
  if (value instanceof MapValue)
    return Object.fromEntries(value.keys().map((key) => [String(jsonOf(key)), jsonOf(value.get(key)!)]))
  if (value instanceof ObjectValue)
    return Object.fromEntries(value.names().map((name) => [name, jsonOf(value.field(name)!)]))
  if (value instanceof Optional) return value.value === undefined ? 'none' : { of: jsonOf(value.value) }
  if (value instanceof TypeValue) return `type ${value.name}`
  if (value instanceof Uint8Array) return [...value]
  return typeof value === 'object' && value !== null ? String(value) : value
}
