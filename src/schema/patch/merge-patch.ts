import { isJsonObject, type JsonValue } from '../json-value.ts'
import { own } from '../own.ts'
import { setMember } from '../plan.ts'

/**
 * Applies a JSON merge patch (RFC 7386): `null` deletes, an object merges key by key, anything else replaces.
 *
 * Neither argument is changed; untouched branches are shared with `target`.
 */
export const applyMergePatch = (target: JsonValue | undefined, patch: JsonValue): JsonValue => {
  if (!isJsonObject(patch)) return patch
  const result: { [key: string]: JsonValue } = isJsonObject(target) ? { ...target } : {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (value === null) delete result[key]
    else setMember(result, key, applyMergePatch(own(result, key), value))
  }
  return result
}
