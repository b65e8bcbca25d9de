import { isNumeric } from './compare.ts'
import { MapValue, Uint, type Value } from './value.ts'

/** A text by which keys are one: numbers by what they are worth; undefined for what cannot be a key. */
const keyText = (key: Value): string | undefined => {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'boolean') return `b${key}`
  if (isNumeric(key)) return `n${key instanceof Uint ? key.value : key}`
  return undefined
}

/** Whether a value can be the key of a map. */
export const isKey = (key: Value): boolean => keyText(key) !== undefined && typeof key !== 'number'

/** A map that an expression makes. */
export class LiteralMap extends MapValue {
  readonly #entries: ReadonlyMap<string, readonly [Value, Value]>

  constructor(entries: Iterable<readonly [Value, Value]>) {
    super()
    this.#entries = new Map([...entries].map((entry) => [keyText(entry[0]) ?? '', entry]))
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: Value): Value | undefined {
    const text = keyText(key)
    return text === undefined ? undefined : this.#entries.get(text)?.[1]
  }

  keys(): readonly Value[] {
    return [...this.#entries.values()].map(([key]) => key)
  }
}
