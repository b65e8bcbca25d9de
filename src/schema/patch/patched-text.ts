import { goText } from '../go-format.ts'
import { compareUtf8 } from '../json/json-encode.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts'
import { own } from '../own.ts'
import { setMember } from '../plan.ts'

/** The maps that a patch went into, by the names on the way to them. */
interface Touched {
  readonly [name: string]: Touched
}

/**
 * The text of an object after a patch, as Kubernetes quotes it where it refuses one: maps that the patch went into are in
 * the order of their keys, and what it left alone is as it was.
 */
export const patchedText = (value: JsonValue, type: 'json' | 'merge', patch: JsonValue): string =>
  goText(inOrder(value, type === 'merge' ? patch : touchedBy(patch)))

const inOrder = (value: JsonValue, touched: JsonValue | Touched | undefined): JsonValue => {
  if (!isJsonObject(touched)) return value
  if (Array.isArray(value)) return value.map((item: JsonValue, index) => inOrder(item, own(touched, String(index))))
  if (!isJsonObject(value)) return value
  const result: { [name: string]: JsonValue } = {}
  for (const name of Object.keys(value).sort(compareUtf8))
    setMember(result, name, inOrder(value[name]!, own(touched, name)))
  return result
}

const touchedBy = (patch: JsonValue): JsonObject => {
  const touched: { [name: string]: JsonValue } = {}
  for (const operation of Array.isArray(patch) ? (patch as readonly JsonValue[]) : []) {
    if (!isJsonObject(operation)) continue
    for (const path of [operation.path, operation.from]) if (typeof path === 'string') touch(touched, path)
  }
  return touched
}

const touch = (touched: { [name: string]: JsonValue }, path: string): void => {
  let at = touched
  for (const part of path.split('/').slice(1, -1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!Object.hasOwn(at, name)) setMember(at, name, {})
    at = at[name] as { [name: string]: JsonValue }
  }
}
