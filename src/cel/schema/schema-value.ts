import { fromBase64 } from '#schema/base64.ts'
import { isWhole } from '#schema/json/long-integer.ts'
import { isJsonObject } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { CelError } from '../values/cel-error.ts'
import { toValue } from '../values/json.ts'
import { Duration, parseDay, parseDuration, parseTimestamp } from '../values/time.ts'
import { ListValue, MapValue, type Value } from '../values/value.ts'
import { itemsSchema, resourceSchema, valuesSchema } from './declared-type.ts'
import { escapedName } from './escape.ts'
import { mapRules, SET_RULES } from './list-rules.ts'

type Members = { readonly [name: string]: unknown }

/** Names of the members of a schema, by the names that expressions use. */
const namesOf = new WeakMap<JsonSchema, ReadonlyMap<string, string>>()

const namesIn = (schema: JsonSchema): ReadonlyMap<string, string> => {
  const known = namesOf.get(schema)
  if (known !== undefined) return known
  const names = new Map(
    Object.keys(schema.properties ?? {}).flatMap((name) => {
      const escaped = escapedName(name)
      return escaped === undefined ? [] : [[escaped, name] as const]
    }),
  )
  namesOf.set(schema, names)
  return names
}

/** Members of an object, each made a value when it is asked for. */
abstract class Lazy extends MapValue {
  readonly members: Members
  readonly #known = new Map<string, Value>()

  constructor(members: Members) {
    super()
    this.members = members
  }

  protected abstract schemaOf(name: string): JsonSchema | undefined

  get size(): number {
    return this.keys().length
  }

  protected value(name: string): Value | undefined {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const member = own(this.members, name)
    const schema = member === undefined ? undefined : this.schemaOf(name)
    if (schema === undefined) return undefined
    const value = schemaValue(member, schema)
    this.#known.set(name, value)
    return value
  }
}

/** An object whose fields are known. A field that is null is not there. */
class SchemaObject extends Lazy {
  readonly #schema: JsonSchema

  constructor(members: Members, schema: JsonSchema) {
    super(members)
    this.#schema = schema
  }

  protected schemaOf(name: string): JsonSchema | undefined {
    return own(this.#schema.properties, name)
  }

  get(key: Value): Value | undefined {
    const name = typeof key === 'string' ? namesIn(this.#schema).get(key) : undefined
    return name === undefined || own(this.members, name) === null ? undefined : this.value(name)
  }

  keys(): readonly Value[] {
    return [...namesIn(this.#schema)].flatMap(([escaped, name]) => {
      const member = own(this.members, name)
      return member === undefined || member === null ? [] : [escaped]
    })
  }
}

/** An object whose values are all alike. */
class SchemaMap extends Lazy {
  readonly #values: JsonSchema

  constructor(members: Members, values: JsonSchema) {
    super(members)
    this.#values = values
  }

  protected schemaOf(): JsonSchema {
    return this.#values
  }

  get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.value(key) : undefined
  }

  keys(): readonly Value[] {
    return Object.keys(this.members).filter((name) => this.members[name] !== undefined)
  }
}

const objectValue = (json: unknown, schema: JsonSchema): Value => {
  if (!isJsonObject(json)) throw new CelError('invalid data, expected a map for the provided schema with type=object')
  const whole = schema['x-kubernetes-embedded-resource'] ? resourceSchema(schema) : schema
  const values = valuesSchema(whole)
  return whole.properties === undefined && values !== undefined
    ? new SchemaMap(json, values)
    : new SchemaObject(json, whole)
}

const listValue = (json: unknown, schema: JsonSchema): Value => {
  const items = itemsSchema(schema)
  if (!Array.isArray(json))
    throw new CelError('invalid data, expected an array for the provided schema with type=array')
  if (items === undefined) throw new CelError('invalid array type, expected Items with a non-empty Schema')
  const type = schema['x-kubernetes-list-type']
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapedName(key) ?? key)
  const rules = type === 'map' ? mapRules(keys) : type === 'set' ? SET_RULES : undefined
  return new ListValue(
    json.map((item) => schemaValue(item, items)),
    rules,
  )
}

/** `3 days`: what formats of OpenAPI know beside Go's durations. */
const LONG = /^(\d+)\s*(d|days?|w|weeks?|hrs?|hours?|mins?|minutes?|secs?|seconds?)$/
const HOURS: { readonly [unit: string]: bigint } = { d: 24n, w: 168n, h: 1n }
const HOUR = 3_600_000_000_000n

const durationOf = (text: string): Duration | undefined => {
  const [, count, unit = ''] = LONG.exec(text) ?? []
  if (count === undefined) return parseDuration(text)
  const hours = HOURS[unit[0]!]
  const nanos = hours === undefined ? (unit.startsWith('m') ? HOUR / 60n : HOUR / 3600n) : hours * HOUR
  return new Duration(BigInt(count) * nanos)
}

const FORMATS: { readonly [format: string]: (text: string) => Value | undefined } = {
  duration: durationOf,
  date: parseDay,
  'date-time': parseTimestamp,
  byte: fromBase64,
}

const textValue = (json: unknown, { format = '' }: JsonSchema): Value => {
  if (typeof json !== 'string') throw new CelError(`invalid data, expected string, got ${typeof json}`)
  if (!Object.hasOwn(FORMATS, format)) return json
  const value = FORMATS[format]!(json)
  if (value === undefined) throw new CelError(`Invalid ${format} formatted string ${json}`)
  return value
}

/** JSON as a value of its schema. Throws CelError where it is none, which who checks the schema has said already. */
const schemaValue = (json: unknown, schema: JsonSchema): Value => {
  if (json === null || json === undefined) {
    if (schema.nullable) return null
    throw new CelError('invalid data, got null for schema with nullable=false')
  }
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof json === 'string') return json
    if (isWhole(json)) return BigInt(json)
    throw new CelError('invalid data, expected XIntOrString value to be either a string or integer')
  }
  switch (schema.type) {
    case 'object':
      return objectValue(json, schema)
    case 'array':
      return listValue(json, schema)
    case 'string':
      return textValue(json, schema)
    case 'integer':
      if (isWhole(json)) return BigInt(json)
      throw new CelError(`invalid data, expected int, got ${typeof json}`)
    case 'number':
      if (typeof json === 'number' || typeof json === 'bigint') return Number(json)
      throw new CelError(`invalid data, expected float, got ${typeof json}`)
    case 'boolean':
      if (typeof json === 'boolean') return json
      throw new CelError(`invalid data, expected bool, got ${typeof json}`)
  }
  return toValue(json)
}

/** The value of what stands where a schema does, `self`; `isRoot` where it is an object of the API. */
export const selfValue = (json: unknown, schema: JsonSchema, isRoot: boolean): Value =>
  schemaValue(json, isRoot ? wholeOf(schema) : schema)

const wholes = new WeakMap<JsonSchema, JsonSchema>()

/** Made once for a schema, so that what is known of it is found again. */
const wholeOf = (schema: JsonSchema): JsonSchema => {
  const known = wholes.get(schema) ?? resourceSchema(schema)
  wholes.set(schema, known)
  return known
}
