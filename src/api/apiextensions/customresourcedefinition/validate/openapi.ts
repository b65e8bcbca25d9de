import { type FieldError, forbidden, invalid, notSupported } from '#api/validation/field-error.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { checkMergeTypes } from './list-types.ts'
import { checkRuleWords } from './rules/words.ts'

/** What holds where a schema stands. */
interface Place {
  readonly path: string
  readonly isRoot?: boolean
  /** Why there may be no defaults; undefined: there may. */
  readonly forbidsDefaults?: string
  /** It is of kind, apiVersion or metadata. */
  readonly isMeta?: boolean
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const META = ['metadata', 'kind', 'apiVersion']

/** What is in OpenAPI, and not in a schema of ours. */
const UNSUPPORTED: readonly (readonly [name: string, isSet: (schema: JsonSchema) => boolean])[] = [
  ['id', ({ id }) => Boolean(id)],
  ['additionalItems', ({ additionalItems }) => additionalItems !== undefined],
  ['patternProperties', ({ patternProperties = {} }) => Object.keys(patternProperties).length > 0],
  ['definitions', ({ definitions = {} }) => Object.keys(definitions).length > 0],
  ['dependencies', ({ dependencies }) => dependencies !== undefined],
  ['$ref', ({ $ref }) => $ref !== undefined],
]

const checkSupported = (schema: JsonSchema, { path, forbidsDefaults, isMeta }: Place): readonly FieldError[] => {
  const { type = '', items } = schema
  const errors: FieldError[] = []
  if (type !== '' && !TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, TYPES))
  if (schema.default !== undefined && forbidsDefaults !== undefined)
    errors.push(forbidden(`${path}.default`, `must not be set ${forbidsDefaults}`))
  for (const [name, isSet] of UNSUPPORTED)
    if (isSet(schema)) errors.push(forbidden(`${path}.${name}`, `${name} is not supported`))
  if (type === 'null')
    errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  if (Array.isArray(items) && items.length > 0)
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'))
  if (isMeta && schema['x-kubernetes-embedded-resource'])
    errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'))
  return errors
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const checkAdditional = (schema: JsonSchema, place: Place): readonly FieldError[] => {
  const { additionalProperties, properties = {} } = schema
  if (additionalProperties === undefined) return []
  const path = `${place.path}.additionalProperties`
  const isMixed = Object.keys(properties).length > 0 && additionalProperties !== true
  const reason = 'inside additionalProperties applying to object metadata'
  return [
    ...(isMixed ? [forbidden(path, 'additionalProperties and properties are mutual exclusive')] : []),
    ...(isSchema(additionalProperties)
      ? checkOpenApi(additionalProperties, {
          ...place,
          path,
          isRoot: false,
          ...(place.isMeta && { forbidsDefaults: reason }),
        })
      : []),
  ]
}

const checkProperties = (schema: JsonSchema, place: Place): readonly FieldError[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const isMeta = META.includes(name) && (place.isRoot || schema['x-kubernetes-embedded-resource'])
    return checkOpenApi(property, {
      ...place,
      path: `${place.path}.properties[${name}]`,
      isRoot: false,
      ...(isMeta && { isMeta: true }),
      ...(isMeta && place.isRoot && { forbidsDefaults: `in top-level ${name}` }),
    })
  })

/** What a schema may not hold, at every depth, in the order in which Kubernetes looks. */
export const checkOpenApi = (schema: JsonSchema, place: Place): readonly FieldError[] => {
  const { path } = place
  const inner = (one: unknown, where: string): readonly FieldError[] =>
    isSchema(one) ? checkOpenApi(one, { ...place, path: `${path}.${where}`, isRoot: false }) : []
  const each = (schemas: readonly JsonSchema[] | undefined, name: string): readonly FieldError[] =>
    (schemas ?? []).flatMap((one, index) => inner(one, `${name}[${index}]`))
  const keyed = (schemas: object | undefined, name: string): readonly FieldError[] =>
    Object.entries(schemas ?? {}).flatMap(([key, one]) => inner(one, `${name}[${key}]`))
  const { items, uniqueItems } = schema
  return [
    ...checkSupported(schema, place),
    ...(uniqueItems
      ? [
          forbidden(
            `${path}.uniqueItems`,
            'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
          ),
        ]
      : []),
    ...checkAdditional(schema, place),
    ...checkProperties(schema, place),
    ...inner(schema.not, 'not'),
    ...each(schema.allOf, 'allOf'),
    ...each(schema.oneOf, 'oneOf'),
    ...each(schema.anyOf, 'anyOf'),
    ...keyed(schema.definitions, 'definitions'),
    ...(Array.isArray(items) ? each(items, 'items') : inner(items, 'items')),
    ...keyed(schema.dependencies, 'dependencies'),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === false
      ? [invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')]
      : []),
    ...checkMergeTypes(schema, path),
    ...checkRuleWords(schema, path),
  ]
}
