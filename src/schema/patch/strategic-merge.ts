import type { JsonObject, JsonValue } from '../json-value.ts'
import { isJsonObject } from '../json-value.ts'
import { own } from '../own.ts'
import { setMember } from '../plan.ts'
import type { Field, Fields, MessageClass, Presence } from '../schema.ts'

/**
 * `PATCH_FORMAT`: a directive is malformed (Kubernetes answers 400 BadRequest). `PATCH_REJECTED`: the patch is well
 * formed and does not fit, such as a list item without its merge key (422 Invalid).
 */
type StrategicMergeErrorCode = 'PATCH_FORMAT' | 'PATCH_REJECTED'

export class StrategicMergeError extends Error {
  readonly code: StrategicMergeErrorCode
  constructor(code: StrategicMergeErrorCode, message: string) {
    super(message)
    this.name = 'StrategicMergeError'
    this.code = code
  }
}

type Mutable = { [key: string]: JsonValue }
/** The declaration of the value at hand: none for a map of scalars and for what the tables do not know. */
type Declared = MessageClass<unknown> | undefined
type AnyField = Field<unknown, Presence>

export const PATCH = '$patch'
const RETAIN_KEYS = '$retainKeys'
const DELETE_PREFIX = '$deleteFromPrimitiveList/'
export const ORDER_PREFIX = '$setElementOrder/'

/**
 * Applies a strategic merge patch to an object of the given kind, driven by the tables' `patch` and `patchKey`.
 *
 * Lists with `patch: 'merge'` merge by key (or as sets, for scalars); every other list is replaced. Directives:
 * `$patch` (`delete`, `replace`, `merge`), `$deleteFromPrimitiveList/f`, `$setElementOrder/f`, `$retainKeys`. Arguments
 * are not changed. Source: Kubernetes' "strategic-merge-patch" contributor document and apimachinery's `strategicpatch`
 * behaviour.
 *
 * @throws StrategicMergeError
 */
export const applyStrategicMergePatch = (
  message: MessageClass<unknown>,
  original: JsonObject,
  patch: JsonObject,
): JsonObject => mergeObject(original, patch, message)

const mergeObject = (original: JsonObject, patch: JsonObject, declared: Declared): JsonObject => {
  const directive = patch[PATCH]
  if (directive !== undefined) {
    if (directive === 'delete') return {}
    if (directive === 'replace') return withoutDirectives(patch) as JsonObject
    if (directive !== 'merge')
      throw new StrategicMergeError('PATCH_FORMAT', `unknown patch type found: ${JSON.stringify(directive)}`)
  }
  const result: Mutable = { ...original }
  const retained = patch[RETAIN_KEYS]
  if (retained !== undefined) retainKeys(result, patch, retained)
  for (const key of Object.keys(patch)) {
    if (key === PATCH || key === RETAIN_KEYS || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue
    const value = patch[key]!
    if (value === null) delete result[key]
    else {
      setMember(result, key, mergeValue(own(result, key), value, declared && lookUp(declared, key)))
    }
  }
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(DELETE_PREFIX)) continue
    const field = key.slice(DELETE_PREFIX.length)
    const removed = patch[key]!
    if (!Array.isArray(removed) || removed.some((item) => typeof item === 'object' && item !== null))
      throw new StrategicMergeError('PATCH_FORMAT', `invalid patch format of primitive list: ${key}`)
    const before = result[field]
    const gone = new Set(removed.map(identityOf))
    if (Array.isArray(before)) result[field] = before.filter((item: JsonValue) => !gone.has(identityOf(item)))
  }
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(ORDER_PREFIX)) continue
    const field = key.slice(ORDER_PREFIX.length)
    orderList(result, original, patch, field, declared && lookUp(declared, field))
  }
  return result
}

const mergeValue = (before: JsonValue | undefined, patch: JsonValue, field: AnyField | undefined): JsonValue => {
  const strategy = field?.options.patch
  if (isJsonObject(patch)) {
    const nothing = !isJsonObject(before) || strategy === 'replace'
    return mergeObject(nothing ? {} : before, patch, childOf(field))
  }
  if (Array.isArray(patch)) {
    if (!strategy?.includes('merge')) return withoutDirectives(patch)
    return mergeList(Array.isArray(before) ? before : [], patch, field!)
  }
  return patch
}

const mergeList = (before: readonly JsonValue[], patch: readonly JsonValue[], field: AnyField): JsonValue => {
  const mergeKey = field.options.patchKey
  if (mergeKey === undefined) {
    const merged = new Map<string, JsonValue>()
    for (const item of [...before, ...patch]) {
      const id = identityOf(item)
      if (!merged.has(id)) merged.set(id, item)
    }
    return [...merged.values()]
  }
  const items = patch.map((item) => {
    if (!isJsonObject(item))
      throw new StrategicMergeError(
        'PATCH_REJECTED',
        `a list merged by ${mergeKey} holds objects, not ${JSON.stringify(item)}`,
      )
    return item
  })
  if (items.some((item) => item[PATCH] === 'replace'))
    return items.filter((item) => item[PATCH] === undefined).map((item) => withoutDirectives(item))
  const gone = new Set(
    items.filter((item) => item[PATCH] === 'delete').map((item) => identityOf(keyOf(item, mergeKey))),
  )
  const idAt = (item: JsonValue): string | undefined =>
    isJsonObject(item) && item[mergeKey] !== undefined ? identityOf(item[mergeKey]) : undefined
  const merged = before.filter((item) => {
    const id = idAt(item)
    return id === undefined || !gone.has(id)
  })
  const places = placesOf(merged.map(idAt))
  for (const item of items) {
    const directive = item[PATCH]
    if (directive === 'delete') continue
    if (directive !== undefined)
      throw new StrategicMergeError('PATCH_FORMAT', `unknown patch type found: ${JSON.stringify(directive)}`)
    const id = identityOf(keyOf(item, mergeKey))
    const index = places.get(id)
    const child = childOf(field)
    if (index !== undefined) merged[index] = mergeObject(merged[index] as JsonObject, item, child)
    else {
      places.set(id, merged.length)
      merged.push(mergeObject({}, item, child))
    }
  }
  return merged
}

/** A text that two values have in common where they are equal, so that long lists are not compared item by item. */
export const identityOf = (value: JsonValue): string => {
  if (Array.isArray(value)) return `[${value.map(identityOf).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${identityOf(value[key]!)}`).join(',')}}`
}

/** Where each identity stands first. */
const placesOf = (ids: readonly (string | undefined)[]): Map<string, number> => {
  const places = new Map<string, number>()
  for (const [index, id] of ids.entries()) if (id !== undefined && !places.has(id)) places.set(id, index)
  return places
}

const keyOf = (item: JsonObject, mergeKey: string): JsonValue => {
  const key = item[mergeKey]
  if (key === undefined)
    throw new StrategicMergeError(
      'PATCH_REJECTED',
      `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`,
    )
  return key
}

/**
 * `$retainKeys` lists all keys that may stay: what the object has beside them goes, what the patch sets must be among
 * them.
 */
const retainKeys = (result: Mutable, patch: JsonObject, retained: JsonValue): void => {
  if (!Array.isArray(retained)) throw new StrategicMergeError('PATCH_FORMAT', 'invalid patch format of retainKeys')
  const kept = new Set<JsonValue>(retained)
  for (const key of Object.keys(patch)) {
    if (key.startsWith('$') || patch[key] === null) continue
    if (!kept.has(key)) throw new StrategicMergeError('PATCH_FORMAT', `invalid patch format of retainKeys: ${key}`)
  }
  for (const key of Object.keys(result)) if (!kept.has(key)) delete result[key]
}

/**
 * Puts a merged list in the order that `$setElementOrder` asks for. Items that only the server has keep their place
 * relative to the neighbours that they had there.
 */
const orderList = (
  result: Mutable,
  original: JsonObject,
  patch: JsonObject,
  name: string,
  field: AnyField | undefined,
): void => {
  const order = patch[ORDER_PREFIX + name]
  if (!Array.isArray(order))
    throw new StrategicMergeError('PATCH_FORMAT', 'invalid patch format of setElementOrder list')
  const mergeKey = field?.options.patchKey
  const list = result[name]
  if (!Array.isArray(list) || !field?.options.patch?.includes('merge')) return
  const id = (item: JsonValue): JsonValue => {
    if (mergeKey === undefined) return item
    if (!isJsonObject(item))
      throw new StrategicMergeError('PATCH_FORMAT', 'invalid patch format of setElementOrder list')
    return keyOf(item, mergeKey)
  }
  const place = (ids: ReadonlyMap<string, number>, item: JsonValue): number => ids.get(identityOf(id(item))) ?? -1
  const placesIn = (items: readonly JsonValue[]) => placesOf(items.map((item) => identityOf(id(item))))
  const orderIds = placesIn(order)
  const patched = patch[name]
  if (Array.isArray(patched)) {
    for (const item of patched)
      if (!(isJsonObject(item) && item[PATCH] !== undefined) && place(orderIds, item) < 0)
        throw new StrategicMergeError(
          'PATCH_FORMAT',
          `The order in patch list:\n${JSON.stringify(patched)}\n doesn't match ${ORDER_PREFIX}${name} list:\n${JSON.stringify(order)}\n`,
        )
  }
  const before = own(original, name)
  const serverIds = placesIn(Array.isArray(before) ? before : [])
  const ordered = list
    .filter((item) => place(orderIds, item) >= 0)
    .sort((a, b) => place(orderIds, a) - place(orderIds, b))
  const serverOnly = list.filter((item) => place(orderIds, item) < 0)
  const merged: JsonValue[] = []
  let left = 0
  let right = 0
  while (left < serverOnly.length || right < ordered.length) {
    if (left >= serverOnly.length) merged.push(ordered[right++]!)
    else if (right >= ordered.length) merged.push(serverOnly[left++]!)
    else {
      const l = place(serverIds, serverOnly[left]!)
      const r = place(serverIds, ordered[right]!)
      merged.push(l >= 0 && r >= 0 && l < r ? serverOnly[left++]! : ordered[right++]!)
    }
  }
  result[name] = merged
}

const withoutDirectives = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.filter((item) => !isDirective(item)).map((item) => withoutDirectives(item))
  if (!isJsonObject(value)) return value
  const result: Mutable = {}
  for (const key of Object.keys(value)) {
    if (key === PATCH || key === RETAIN_KEYS || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue
    if (value[key] !== null) setMember(result, key, withoutDirectives(value[key]!))
  }
  return result
}

const isDirective = (item: JsonValue): boolean =>
  isJsonObject(item) && typeof item[PATCH] === 'string' && item[PATCH] !== 'merge'

const flattened = new WeakMap<Fields, ReadonlyMap<string, AnyField>>()

/** The field of that JSON name, inlined messages' fields included. */
export const lookUp = (message: MessageClass<unknown>, name: string): AnyField | undefined => {
  let fields = flattened.get(message.fields)
  if (fields === undefined) {
    fields = new Map(flatten(message.fields))
    flattened.set(message.fields, fields)
  }
  return fields.get(name)
}

const flatten = (fields: Fields): readonly (readonly [string, AnyField])[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    field.presence === 'inline' ? flatten((field.type as MessageClass<unknown>).fields) : [[name, field] as const],
  )

/** The declaration of a field's value or of its items; a map's values too. */
export const childOf = (field: AnyField | undefined): Declared =>
  field !== undefined && field.presence !== 'map' && 'messageName' in field.type ? field.type : undefined
