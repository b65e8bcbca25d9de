import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { utf8Bytes } from '#schema/utf8.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  objectOf,
  STRING,
  TIMESTAMP,
} from '../types/type.ts'
import { escapedName } from './escape.ts'

/** What a schema says of its values to those who write expressions. */
export interface DeclaredType {
  readonly type: CelType
  /** How many items, members or bytes there can be at most. */
  readonly most: number
  /** The fewest bytes that a value takes in JSON. */
  readonly bytes: number
  /** By the names that expressions use. */
  readonly fields?: ReadonlyMap<string, DeclaredType>
  /** Of the items of a list and the values of a map. */
  readonly element?: DeclaredType
  readonly key?: DeclaredType
}

/** The largest request that Kubernetes takes. */
export const LARGEST_REQUEST = 3 * 1024 * 1024
/** Between the quotes of a text that is the whole of it. */
const LARGEST_TEXT = LARGEST_REQUEST - 2

const KEY: DeclaredType = { type: STRING, most: 0, bytes: 2 }

const atLeastZero = (value: number): number => Math.max(0, value)

/** A code point may be four bytes. */
const mostBytes = ({ maxLength }: JsonSchema, otherwise: number): number =>
  maxLength === undefined ? otherwise : atLeastZero(maxLength) * 4

const textType = (schema: JsonSchema): DeclaredType => {
  switch (schema.format) {
    case 'byte':
      return {
        type: BYTES,
        most: schema.maxLength === undefined ? LARGEST_TEXT : atLeastZero(schema.maxLength),
        bytes: 2,
      }
    case 'duration':
      return { type: DURATION, most: 32, bytes: 3 }
    case 'date':
      return { type: TIMESTAMP, most: 12, bytes: 12 }
    case 'date-time':
      return { type: TIMESTAMP, most: 32, bytes: 21 }
  }
  const chosen = (schema.enum ?? []).map((one) => (typeof one === 'string' ? utf8Bytes(one).length : 0))
  const most = chosen.length > 0 ? Math.max(...chosen) : LARGEST_TEXT
  return { type: STRING, most: mostBytes(schema, most), bytes: 2 }
}

const META: JsonSchema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } }

/** The schema of an object of the API: what every such object has can be asked for. */
export const resourceSchema = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  properties: { ...schema.properties, kind: { type: 'string' }, apiVersion: { type: 'string' }, metadata: META },
})

const isResource = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] === true

/** The schema that all values of an object have. */
export const valuesSchema = ({ additionalProperties }: JsonSchema): JsonSchema | undefined =>
  typeof additionalProperties === 'object' ? additionalProperties : undefined

/** The schema that all items of a list have. */
export const itemsSchema = ({ items }: JsonSchema): JsonSchema | undefined =>
  items === undefined || Array.isArray(items) ? undefined : (items as JsonSchema)

const objectType = (schema: JsonSchema, name: string): DeclaredType => {
  const fields = new Map<string, DeclaredType>()
  let bytes = 2
  for (const [property, inner] of Object.entries(schema.properties ?? {})) {
    const escaped = escapedName(property)
    const field = declaredType(inner, isResource(inner), `${name}.${escaped ?? property}`)
    if (field === undefined) continue
    if (escaped !== undefined) fields.set(escaped, field)
    if (schema.required?.includes(property) && inner.default === undefined) bytes += property.length + field.bytes + 4
  }
  const types = new Map([...fields].map(([field, { type }]) => [field, type]))
  return { type: objectOf(name, types), most: 0, bytes, fields }
}

const mapType = (schema: JsonSchema, values: JsonSchema, name: string): DeclaredType | undefined => {
  const element = declaredType(values, isResource(values), `${name}.@elem`)
  if (element === undefined) return undefined
  const { maxProperties } = schema
  const most = maxProperties === undefined ? Math.floor(LARGEST_TEXT / (element.bytes + 6)) : atLeastZero(maxProperties)
  return { type: mapOf(STRING, element.type), most, bytes: 2, element, key: KEY }
}

const listType = (schema: JsonSchema, name: string): DeclaredType | undefined => {
  const items = itemsSchema(schema)
  const element = items && declaredType(items, isResource(items), `${name}.@idx`)
  if (element === undefined) return undefined
  const { maxItems } = schema
  const most = maxItems === undefined ? Math.floor(LARGEST_TEXT / (element.bytes + 1)) : atLeastZero(maxItems)
  return { type: listOf(element.type), most, bytes: 2, element }
}

/**
 * What expressions know of the values of a schema; undefined where they may not ask for them, since nothing is known.
 * @param isRoot whether it is of an object of the API
 */
export const declaredType = (given: JsonSchema, isRoot: boolean, name = 'selfType'): DeclaredType | undefined => {
  if (given['x-kubernetes-int-or-string']) return { type: DYN, most: mostBytes(given, LARGEST_TEXT), bytes: 1 }
  const schema = isRoot ? resourceSchema(given) : given
  switch (schema.type) {
    case 'array':
      return listType(schema, name)
    case 'object': {
      const values = valuesSchema(schema)
      return values === undefined ? objectType(schema, name) : mapType(schema, values, name)
    }
    case 'string':
      return textType(schema)
    case 'boolean':
      return { type: BOOL, most: 0, bytes: 4 }
    case 'number':
      return { type: DOUBLE, most: 0, bytes: 1 }
    case 'integer':
      return { type: INT, most: 0, bytes: 1 }
  }
  return undefined
}
