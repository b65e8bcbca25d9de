import { isJsonObject } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import { ListValue, MapValue, type Value } from './value.ts'

/** A JSON object of which no type is known: a map, whose values are made when they are asked for. */
class JsonMap extends MapValue {
  readonly #members: { readonly [name: string]: unknown }
  readonly #known = new Map<string, Value>()

  constructor(members: { readonly [name: string]: unknown }) {
    super()
    this.#members = members
  }

  get size(): number {
    return this.keys().length
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string') return undefined
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const member = own(this.#members, key)
    if (member === undefined) return undefined
    const value = toValue(member)
    this.#known.set(key, value)
    return value
  }

  keys(): readonly Value[] {
    return Object.keys(this.#members).filter((name) => this.#members[name] !== undefined)
  }
}

/** JSON of which no type is known as a value: objects are maps, whole numbers ints, others doubles. */
export const toValue = (json: unknown): Value => {
  if (json === undefined || json === null) return null
  if (Array.isArray(json)) return new ListValue(json.map(toValue))
  if (isJsonObject(json)) return new JsonMap(json)
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json
  return json as string | boolean | bigint
}
