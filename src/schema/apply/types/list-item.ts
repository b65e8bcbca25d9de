import { isJsonObject, type JsonValue } from '../../json-value.ts'
import { keyElement, valueElement } from '../sets/path-element.ts'
import type { ListType } from './field-type.ts'
import { heldBy } from './held.ts'

/** Why an item of a list that is a map or a set cannot be told from others. */
export class ListItemError extends Error {
  readonly code = 'LIST_ITEM_UNKNOWN'
}

const sortedKeys = new WeakMap<ListType, readonly string[]>()

/**
 * The element of a path that an item of a list is known by. Throws ListItemError. `isTyped`: the item is held by its
 * message, where a zero may be absent.
 */
export const itemElement = (list: ListType, item: JsonValue, isTyped: boolean): string =>
  list.keys.length > 0 ? keyed(list, item, isTyped) : single(item)

const keyed = (list: ListType, item: JsonValue, isTyped: boolean): string => {
  if (item === null) throw new ListItemError('associative list with keys may not have a null element')
  if (!isJsonObject(item)) throw new ListItemError('associative list with keys may not have non-map elements')
  let keys = sortedKeys.get(list)
  if (keys === undefined) {
    keys = [...list.keys].sort()
    sortedKeys.set(list, keys)
  }
  const pairs: (readonly [string, JsonValue])[] = []
  for (const key of keys) {
    const own = Object.hasOwn(item, key) ? item[key] : undefined
    const entry = isTyped ? list.items.map?.fields.get(key) : undefined
    const value = (entry === undefined ? own : heldBy(entry, own)) ?? (own === null ? null : list.keyDefaults.get(key))
    if (value !== undefined) pairs.push([key, value])
  }
  if (pairs.length === 0) {
    const names = list.keys.map((key) => JSON.stringify(key)).join(' ')
    throw new ListItemError(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    )
  }
  return keyElement(pairs)
}

const single = (item: JsonValue): string => {
  if (Array.isArray(item)) throw new ListItemError('not supported: associative list with lists as elements')
  if (item === null) throw new ListItemError("associative list without keys has an element that's an explicit null")
  if (typeof item === 'object')
    throw new ListItemError("associative list without keys has an element that's a map type")
  return valueElement(item)
}
