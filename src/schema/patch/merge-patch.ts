import type { JsonObject, JsonValue } from '../json-value.ts'
import { isJsonObject } from '../json-value.ts'

/**
 * Applies a JSON merge patch (RFC 7386): `null` deletes, an object merges key by key, anything else replaces.
 *
 * Neither argument is changed; untouched branches are shared with `target`.
 */
export const applyMergePatch = (target: JsonValue | undefined, patch: JsonValue): JsonValue => {
  if (!isJsonObject(patch)) return patch
  const result: { [key: string]: JsonValue } = Object.create(null)
  if (isJsonObject(target)) for (const key of Object.keys(target)) result[key] = target[key]!
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (value === null) delete result[key]
    else result[key] = applyMergePatch(result[key], value)
  }
  return plainObject(result)
}

/**
 * The smallest merge patch that makes `to` of `from`. A null inside `to` cannot be said by a merge patch (RFC 7386,
 * section 1) and comes out as a deletion.
 */
export const createMergePatch = (from: JsonObject, to: JsonObject): JsonObject => {
  const patch: { [key: string]: JsonValue } = Object.create(null)
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null
  for (const key of Object.keys(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined
    const after = to[key]!
    if (isJsonObject(before) && isJsonObject(after)) {
      const inner = createMergePatch(before, after)
      if (Object.keys(inner).length > 0) patch[key] = inner
    } else if (JSON.stringify(before) !== JSON.stringify(after)) patch[key] = after
  }
  return plainObject(patch)
}

/** An ordinary object of the same own keys; `__proto__` stays a key and never becomes the prototype. */
const plainObject = (source: { [key: string]: JsonValue }): JsonObject => {
  const result: { [key: string]: JsonValue } = {}
  for (const key of Object.keys(source)) {
    if (key === '__proto__')
      Object.defineProperty(result, key, { value: source[key], enumerable: true, configurable: true, writable: true })
    else result[key] = source[key]!
  }
  return result
}
