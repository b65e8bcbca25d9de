import { CelError } from '../../values/cel-error.ts'
import { typeNameOf } from '../../values/kind-of.ts'
import { LiteralMap } from '../../values/literal-map.ts'
import { ListValue, MapValue, Optional, type Value } from '../../values/value.ts'
import { global, type Overload } from '../overload.ts'

/** A text of a value as errors show a key. */
const keyText = (key: Value): string =>
  typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key)

const placeOf = (index: Value): number | undefined => {
  if (typeof index === 'bigint') return Number(index)
  return typeof index === 'number' && Number.isInteger(index) ? index : undefined
}

/** What is at an index or under a key; undefined where nothing is. */
const found = (from: Value, key: Value): Value | undefined => {
  if (from instanceof MapValue) return from.get(key)
  if (!(from instanceof ListValue)) throw new CelError(`no such overload: ${typeNameOf(from)}[${typeNameOf(key)}]`)
  const place = placeOf(key)
  if (place === undefined) throw new CelError(`unsupported index type '${typeNameOf(key)}' in list`)
  return from.items[place]
}

/** `from[key]`. Throws CelError where nothing is there. */
const at = (from: Value, key: Value): Value => {
  const value = found(from, key)
  if (value !== undefined) return value
  throw new CelError(
    from instanceof ListValue ? `index out of bounds: ${keyText(key)}` : `no such key: ${keyText(key)}`,
  )
}

/** `from[?key]`, where `from` may be an optional itself. */
const maybeAt = (from: Value, key: Value): Optional => {
  const held = from instanceof Optional ? from.value : from
  return new Optional(held === undefined ? undefined : found(held, key))
}

const inserted = (map: MapValue, key: Value, value: Value): LiteralMap => {
  if (map.get(key) !== undefined) throw new CelError(`insert failed: key ${keyText(key)} already exists`)
  return new LiteralMap([...entriesOf(map), [key, value]])
}

const entriesOf = (map: MapValue): readonly (readonly [Value, Value])[] => map.keys().map((key) => [key, map.get(key)!])

const merged = (map: MapValue, more: MapValue): LiteralMap =>
  entriesOf(more).reduce((whole: MapValue, [key, value]) => inserted(whole, key, value), map) as LiteralMap

/** What lists and maps hold. */
export const access: readonly Overload[] = [
  global('index_list', '_[_](list(A), int): A', at),
  global('index_map', '_[_](map(A, B), A): B', at),
  global('optional_list_index_int', '_[_](optional(list(V)), int): optional(V)', maybeAt),
  global('optional_map_index_value', '_[_](optional(map(K, V)), K): optional(V)', maybeAt),
  global('list_optindex_optional_int', '_[?_](list(V), int): optional(V)', maybeAt),
  global('optional_list_optindex_optional_int', '_[?_](optional(list(V)), int): optional(V)', maybeAt),
  global('map_optindex_optional_value', '_[?_](map(K, V), K): optional(V)', maybeAt),
  global('optional_map_optindex_optional_value', '_[?_](optional(map(K, V)), K): optional(V)', maybeAt),
  global('@mapInsert_map_key_value', 'cel.@mapInsert(map(K, V), K, V): map(K, V)', inserted),
  global('@mapInsert_map_map', 'cel.@mapInsert(map(K, V), map(K, V)): map(K, V)', merged),
]
