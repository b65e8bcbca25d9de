import { itemsSchema, valuesSchema } from '#cel/schema/declared-type.ts'
import { isJsonObject, jsonEqual } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'

/** Items of a list whose keys tell them apart, by them. */
const keyOf = (item: unknown, keys: readonly string[]): string | undefined => {
  if (!isJsonObject(item)) return undefined
  const values = keys.map((key) => own(item, key))
  return values.every((value) => value !== undefined && typeof value !== 'object') ? JSON.stringify(values) : undefined
}

/** Finds what the items of a list were before; nothing where nobody can tell. */
export const itemsBefore = (old: unknown, schema: JsonSchema): ((item: unknown) => unknown) => {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (schema['x-kubernetes-list-type'] !== 'map' || keys.length === 0 || !Array.isArray(old)) return () => undefined
  const known = new Map<string, unknown>()
  for (const item of old) {
    const key = keyOf(item, keys)
    if (key !== undefined && !known.has(key)) known.set(key, item)
  }
  return (item) => {
    const key = keyOf(item, keys)
    return key === undefined ? undefined : known.get(key)
  }
}

const memberSchema = (schema: JsonSchema, name: string): JsonSchema | undefined =>
  own(schema.properties, name) ?? valuesSchema(schema)

/** Whether nothing has changed, as far as a schema can tell: of what it does not know, it cannot. */
const isSame = (value: unknown, old: unknown, schema: JsonSchema): boolean => {
  if (Array.isArray(value)) {
    if (!Array.isArray(old) || old.length !== value.length) return false
    const items = itemsSchema(schema)
    if (schema['x-kubernetes-list-type'] !== 'map' || items === undefined) return jsonEqual(value, old)
    const before = itemsBefore(old, schema)
    return value.every((item) => {
      const was = before(item)
      return was !== undefined && isSame(item, was, items)
    })
  }
  if (!isJsonObject(value)) return jsonEqual(value, old)
  if (!isJsonObject(old)) return false
  const names = Object.keys(value)
  return (
    names.length === Object.keys(old).length &&
    names.every((name) => {
      const [inner, was] = [memberSchema(schema, name), own(old, name)]
      return inner !== undefined && was !== undefined && isSame(value[name], was, inner)
    })
  )
}

/** What a value was before a change, and whether it has changed since, which is found out when it is asked for. */
class Change {
  readonly #value: unknown
  readonly #old: unknown
  readonly #schema: JsonSchema
  #isSame: boolean | undefined

  constructor(value: unknown, old: unknown, schema: JsonSchema) {
    this.#value = value
    this.#old = old
    this.#schema = schema
  }

  get isSame(): boolean {
    this.#isSame ??= isSame(this.#value, this.#old, this.#schema)
    return this.#isSame
  }
}

/** How far it is known of a place what stood there before: what has not changed may be as wrong as it was. */
export class Correlation {
  readonly #current: Change | undefined
  readonly #parent: Change | undefined

  constructor(current: Change | undefined, parent?: Change) {
    this.#current = current
    this.#parent = parent
  }

  static of(value: unknown, old: unknown, schema: JsonSchema): Correlation {
    return new Correlation(old === undefined ? undefined : new Change(value, old, schema))
  }

  /** The same one step further in; `old` is undefined where it is not known. */
  step(value: unknown, old: unknown, schema: JsonSchema): Correlation {
    if (this.#current === undefined) return this
    return new Correlation(old === undefined ? undefined : new Change(value, old, schema), this.#current)
  }

  get isForgiven(): boolean {
    return (this.#current ?? this.#parent)?.isSame ?? false
  }
}
