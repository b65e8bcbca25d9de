import { isEqual } from '../values/compare.ts'
import { type ListRules, ListValue, MapValue, type Value } from '../values/value.ts'

/** What a key is compared by. */
const textOf = (value: Value | undefined): string => `${typeof value} ${String(value)}`

const keyed =
  (keys: readonly string[]) =>
  (item: Value): string =>
    item instanceof MapValue ? keys.map((key) => textOf(item.get(key))).join('\0') : textOf(item)

/** Items that a key tells apart: their order says nothing, and what is added takes the place of what has its key. */
export const mapRules = (keys: readonly string[]): ListRules => {
  const keyOf = keyed(keys)
  return {
    equals(one, other) {
      if (one.items.length !== other.items.length) return false
      const own = new Map(one.items.map((item) => [keyOf(item), item]))
      return other.items.every((item) => {
        const found = own.get(keyOf(item))
        return found !== undefined && isEqual(found, item)
      })
    },
    add(one, other) {
      const found = new Map(one.items.map((item) => [keyOf(item), item]))
      for (const item of other.items) found.set(keyOf(item), item)
      return new ListValue([...found.values()], one.rules)
    },
  }
}

/** Items that are there once: their order says nothing. */
export const SET_RULES: ListRules = {
  equals: (one, other) =>
    one.items.length === other.items.length && other.items.every((item) => one.items.some((own) => isEqual(own, item))),
  add(one, other) {
    const more = other.items.filter((item) => !one.items.some((own) => isEqual(own, item)))
    return new ListValue([...one.items, ...more], one.rules)
  },
}
