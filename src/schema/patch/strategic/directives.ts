import { isJsonObject, type JsonObject, type JsonValue } from '../../json-value.ts'
import { setMember } from '../../plan.ts'
import { badFormat } from './patch-error.ts'

/** In a map: `replace` or `delete` it; in an item of a list: `delete` that, or `replace` the list. */
export const PATCH = '$patch'
/** The members that may stay. */
export const RETAIN_KEYS = '$retainKeys'
const DELETE_PREFIX = '$deleteFromPrimitiveList'
const ORDER_PREFIX = '$setElementOrder'

/** The list that a key takes scalars from; undefined for another key. */
export const deletedFrom = (key: string): string | undefined => listOf(key, DELETE_PREFIX, 'primitive list')
/** The list that a key puts in order; undefined for another key. */
export const orderOf = (key: string): string | undefined => listOf(key, ORDER_PREFIX, 'setElementOrder list')

const listOf = (key: string, prefix: string, what: string): string | undefined => {
  if (!key.startsWith(prefix)) return undefined
  if (key[prefix.length] !== '/') throw badFormat(what)
  return key.slice(prefix.length + 1)
}

/** What comes where the object has nothing: without maps that hold a directive; undefined where nothing is left. */
export const withoutDirectives = (value: JsonValue): JsonValue | undefined => {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => kept(withoutDirectives(item)))
  if (!isJsonObject(value)) return value
  if (Object.hasOwn(value, PATCH)) return undefined
  const result: { [key: string]: JsonValue } = {}
  for (const [key, member] of Object.entries(value)) {
    const rest = withoutDirectives(member)
    if (rest !== undefined) setMember(result, key, rest)
  }
  return result
}

// A list in a list stays one.
const kept = (value: JsonValue | undefined): readonly JsonValue[] => (value === undefined ? [] : [value])

/** Without members that are null, also within lists; items that are null stay. */
export const withoutNulls = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isJsonObject(value)) return value
  const result: { [key: string]: JsonValue } = {}
  for (const [key, member] of Object.entries(value)) if (member !== null) setMember(result, key, withoutNulls(member))
  return result
}

/** Takes from a map what the patch's `$retainKeys` does not name. Throws where the patch sets what is not named. */
export const retainKeys = (map: { [key: string]: JsonValue }, patch: JsonObject): void => {
  const retained = patch[RETAIN_KEYS]
  if (retained === undefined) return
  if (!Array.isArray(retained)) throw badFormat('retainKeys')
  const names = new Set<JsonValue>(retained)
  for (const [key, value] of Object.entries(patch)) {
    if (key === RETAIN_KEYS || value === null || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue
    if (!names.has(key)) throw badFormat('retainKeys')
  }
  for (const key of Object.keys(map)) if (!names.has(key)) delete map[key]
}
