import { Duration, Timestamp } from './time.ts'
import { ListValue, MapValue, ObjectValue, Opaque, Optional, TypeValue, Uint, type Value } from './value.ts'

type Numeric = bigint | number | Uint

export const isNumeric = (value: Value): value is Numeric =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint

const plain = (value: Numeric): bigint | number => (value instanceof Uint ? value.value : value)

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])

const isCompound = (value: Value): boolean =>
  value instanceof ListValue || value instanceof MapValue || value instanceof ObjectValue || value instanceof Optional

/**
 * One comparison of two values. What lies within them is compared once, however often it stands there: a list may hold
 * another many times, and that one a third.
 */
class Comparison {
  readonly #known = new Map<Value, Map<Value, boolean>>()

  #isEqual(one: Value, other: Value): boolean {
    if (one === other) return true
    if (!isCompound(one)) return isEqual(one, other)
    let results = this.#known.get(one)
    if (results === undefined) {
      results = new Map()
      this.#known.set(one, results)
    }
    let result = results.get(other)
    if (result === undefined) {
      result = this.isEqual(one, other)
      results.set(other, result)
    }
    return result
  }

  /** For compound values. */
  isEqual(one: Value, other: Value): boolean {
    if (one instanceof ListValue) {
      if (!(other instanceof ListValue)) return false
      return one.rules === undefined ? this.#sameItems(one.items, other.items) : one.rules.equals(one, other)
    }
    if (one instanceof MapValue) return other instanceof MapValue && this.#sameMaps(one, other)
    if (one instanceof ObjectValue) return other instanceof ObjectValue && this.#sameObjects(one, other)
    if (!(one instanceof Optional && other instanceof Optional)) return false
    return one.value === undefined || other.value === undefined
      ? one.value === other.value
      : this.#isEqual(one.value, other.value)
  }

  #sameItems(one: readonly Value[], other: readonly Value[]): boolean {
    return one.length === other.length && one.every((item, index) => this.#isEqual(item, other[index]!))
  }

  #sameMaps(one: MapValue, other: MapValue): boolean {
    if (one.size !== other.size) return false
    return one.keys().every((key) => {
      const found = other.get(key)
      return found !== undefined && this.#isEqual(one.get(key)!, found)
    })
  }

  #sameObjects(one: ObjectValue, other: ObjectValue): boolean {
    const names = one.names()
    if (one.typeName !== other.typeName || names.length !== other.names().length) return false
    return names.every((name) => {
      const found = other.field(name)
      return found !== undefined && this.#isEqual(one.field(name)!, found)
    })
  }
}

/** Whether values are equal; those of different types never are, but for numbers. */
export const isEqual = (one: Value, other: Value): boolean => {
  if (one === other) return true
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are compared by what they are worth
  if (isNumeric(one)) return isNumeric(other) && plain(one) == plain(other)
  if (one instanceof Uint8Array) return other instanceof Uint8Array && sameBytes(one, other)
  if (one instanceof Duration) return other instanceof Duration && one.nanos === other.nanos
  if (one instanceof Timestamp) return other instanceof Timestamp && one.nanos === other.nanos
  if (one instanceof TypeValue) return other instanceof TypeValue && one.name === other.name
  if (one instanceof Opaque) return other instanceof Opaque && one.typeName === other.typeName && one.equals(other)
  return isCompound(one) && new Comparison().isEqual(one, other)
}

const order = <T extends bigint | number | string | boolean>(one: T, other: T): number =>
  one < other ? -1 : one > other ? 1 : 0

/** Texts by their code points, as Go compares bytes of UTF-8. */
const orderOfTexts = (one: string, other: string): number => {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) {
    const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)]
    if (a === b) continue
    // A surrogate stands for what is larger than all that is none.
    const [isHighA, isHighB] = [(a & 0xf800) === 0xd800, (b & 0xf800) === 0xd800]
    return isHighA === isHighB ? order(a, b) : isHighA ? 1 : -1
  }
  return order(one.length, other.length)
}

const orderOfBytes = (one: Uint8Array, other: Uint8Array): number => {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return order(one[at]!, other[at]!)
  return order(one.length, other.length)
}

/** Below zero, zero or above it; undefined for values that have no order, NaN among them. */
export const compared = (one: Value, other: Value): number | undefined => {
  if (isNumeric(one) && isNumeric(other)) {
    const [a, b] = [plain(one), plain(other)]
    return Number.isNaN(a) || Number.isNaN(b) ? undefined : a < b ? -1 : a > b ? 1 : 0
  }
  if (typeof one === 'string' && typeof other === 'string') return orderOfTexts(one, other)
  if (typeof one === 'boolean' && typeof other === 'boolean') return order(one, other)
  if (one instanceof Uint8Array && other instanceof Uint8Array) return orderOfBytes(one, other)
  if (one instanceof Duration && other instanceof Duration) return order(one.nanos, other.nanos)
  if (one instanceof Timestamp && other instanceof Timestamp) return order(one.nanos, other.nanos)
  return undefined
}
