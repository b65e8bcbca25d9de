import { type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { fieldsSet } from './printed.ts'

/** Where a schema stands, which is what its type is missed with. */
type Level = 'root' | 'item' | 'field'

const UNTYPED: { readonly [level in Level]: string } = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }]

const single = (items: JsonSchema['items']): JsonSchema | undefined =>
  items === undefined || Array.isArray(items) ? undefined : (items as JsonSchema)

const entriesOf = (schemas: JsonSchema['properties']): readonly (readonly [string, JsonSchema])[] =>
  Object.entries(schemas ?? {})

/** Checks that a pattern is one; the message says why it is not. */
type CheckPattern = (pattern: string) => string | undefined

/** What the structure of a schema must be at every level: a type for each part, and none below what only checks. */
export const checkInvariants = (
  schema: JsonSchema,
  level: Level,
  path: string,
  checkPattern: CheckPattern,
): readonly FieldError[] => {
  const { type = '', additionalProperties, anyOf, allOf } = schema
  const items = single(schema.items)
  const errors: FieldError[] = []
  const inner = (one: JsonSchema, at: Level, where: string): void => {
    errors.push(...checkInvariants(one, at, where, checkPattern))
  }
  if (type === 'array' && items === undefined) errors.push(required(`${path}.items`, 'must be specified'))
  if (items !== undefined) inner(items, 'item', `${path}.items`)
  for (const [name, one] of entriesOf(schema.properties)) inner(one, 'field', `${path}.properties[${name}]`)
  if (additionalProperties !== undefined) {
    if (level === 'root') errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'))
    if (typeof additionalProperties === 'object') inner(additionalProperties, 'field', `${path}.additionalProperties`)
  }
  errors.push(...checkExtensions(schema, path))
  const skipsAnyOf = jsonEqual(anyOf ?? null, INT_OR_STRING)
  const skipsFirst = jsonEqual(allOf?.[0]?.anyOf ?? null, INT_OR_STRING)
  errors.push(...checkParts(schema, path, checkPattern, skipsAnyOf, skipsFirst))
  errors.push(...checkType(schema, level, path), ...checkMeta(schema, level, path))
  return errors
}

const checkExtensions = (schema: JsonSchema, path: string): readonly FieldError[] => {
  if (!schema['x-kubernetes-int-or-string']) return []
  const names = ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const
  return names.flatMap((name) =>
    schema[name] ? [invalid(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true')] : [],
  )
}

const checkType = (schema: JsonSchema, level: Level, path: string): readonly FieldError[] => {
  const { type = '', additionalProperties } = schema
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const isFree = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
  const errors: FieldError[] = []
  if (isEmbedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(`${path}.type`, why) : invalid(`${path}.type`, type, why))
  } else if (type === '' && !isFree) errors.push(required(`${path}.type`, UNTYPED[level]))
  if (isEmbedded && additionalProperties !== undefined)
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'))
  if (level === 'root' && type !== '' && type !== 'object')
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'))
  return errors
}

/** Kind, apiVersion and metadata are what they are everywhere. */
const checkMeta = (schema: JsonSchema, level: Level, path: string): readonly FieldError[] => {
  const { properties = {} } = schema
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const isResource = level === 'root' || isEmbedded
  const { metadata } = properties
  const errors: FieldError[] = []
  if (isResource)
    for (const name of ['kind', 'apiVersion']) {
      const one = properties[name]
      const at = `${path}.properties[${name}].type`
      if (one !== undefined && one.type !== 'string') errors.push(invalid(at, one.type ?? '', 'must be string'))
    }
  if (metadata !== undefined) {
    const at = `${path}.properties[metadata]`
    if (isResource && metadata.type !== 'object')
      errors.push(invalid(`${at}.type`, metadata.type ?? '', 'must be object'))
    if (level === 'root' && !isPlainMetadata(metadata))
      errors.push(
        forbidden(
          at,
          'must not specify anything other than name and generateName, but metadata is implicitly specified',
        ),
      )
  }
  if (isEmbedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0)
    errors.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    )
  return errors
}

/** Of metadata, a schema may say what names are. */
const isPlainMetadata = (metadata: JsonSchema): boolean => {
  const names = Object.keys(metadata.properties ?? {})
  const isOfNames = names.every((name) => name === 'name' || name === 'generateName')
  const rest = fieldsSet(metadata).filter((field) => field !== 'Type' && field !== 'Default')
  return rest.every((field) => field === 'Properties' && isOfNames)
}

/** What only checks values: patterns, and the schemas below `allOf`, `anyOf`, `oneOf` and `not`. */
const checkParts = (
  schema: JsonSchema,
  path: string,
  checkPattern: CheckPattern,
  skipsAnyOf: boolean,
  skipsFirst: boolean,
): readonly FieldError[] => {
  const nested = (one: JsonSchema, where: string, skips = false): readonly FieldError[] =>
    checkNested(one, where, checkPattern, skips)
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema
  const wrong = pattern ? checkPattern(pattern) : undefined
  const why = `must be a valid regular expression, but isn't: ${wrong}`
  return [
    ...(skipsAnyOf ? [] : anyOf.flatMap((one, index) => nested(one, `${path}.anyOf[${index}]`))),
    ...allOf.flatMap((one, index) => nested(one, `${path}.allOf[${index}]`, skipsFirst && index === 0)),
    ...oneOf.flatMap((one, index) => nested(one, `${path}.oneOf[${index}]`)),
    ...(not === undefined ? [] : nested(not, `${path}.not`)),
    ...(wrong === undefined ? [] : [invalid(`${path}.pattern`, pattern, why)]),
  ]
}

/** What may not stand where only values are checked, and what is said of it. */
const FORBIDDEN: readonly (readonly [name: keyof JsonSchema, why: string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

const checkNested = (
  schema: JsonSchema,
  path: string,
  checkPattern: CheckPattern,
  skipsAnyOf: boolean,
): readonly FieldError[] => {
  const items = single(schema.items)
  const isSet = (name: keyof JsonSchema): boolean => {
    const value = schema[name]
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '' && value !== false
  }
  return [
    ...checkParts(schema, path, checkPattern, skipsAnyOf, false),
    ...(items === undefined ? [] : checkNested(items, `${path}.items`, checkPattern, false)),
    ...entriesOf(schema.properties).flatMap(([name, one]) =>
      checkNested(one, `${path}.properties[${name}]`, checkPattern, false),
    ),
    ...FORBIDDEN.flatMap(([name, why]) => (isSet(name) ? [forbidden(`${path}.${name}`, why)] : [])),
    ...(schema.properties?.metadata === undefined
      ? []
      : [forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context')]),
  ]
}
