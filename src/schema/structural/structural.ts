import type { JsonSchema, ValidationRule } from './json-schema.ts'

/** What a schema names and does not hold. */
export interface SchemaTools {
  /** The test of a pattern; throws where the pattern is none. */
  readonly pattern: (pattern: string) => (text: string) => boolean
  /** The test of a format of texts, by its name without hyphens; undefined for one that nobody knows. */
  readonly format: (name: string) => ((text: string) => boolean) | undefined
}

/**
 * A schema ready to be walked with a value in hand: what of it gives structure (pruning, defaulting, list types) and
 * what only checks, at every level alike.
 */
export interface Structural {
  readonly schema: JsonSchema
  /** Empty: any. */
  readonly types: readonly string[]
  readonly nullable: boolean
  /** Undefined: none. */
  readonly default: unknown
  readonly properties: ReadonlyMap<string, Structural>
  /** Of members that `properties` does not name: a schema for each, all of them (true), or undefined: unknown fields. */
  readonly additional: Structural | boolean | undefined
  readonly items: Structural | undefined
  readonly preservesUnknown: boolean
  readonly isResource: boolean
  readonly listType: string | undefined
  readonly listKeys: readonly string[]
  readonly isAtomicMap: boolean
  readonly rules: readonly ValidationRule[]
  /** Of a number; empty: none that is known. */
  readonly numberFormat: string
  readonly textFormat: { readonly name: string; readonly test: (text: string) => boolean } | undefined
  readonly pattern: ((text: string) => boolean) | undefined
  readonly allOf: readonly Structural[]
  readonly anyOf: readonly Structural[]
  readonly oneOf: readonly Structural[]
  readonly not: Structural | undefined
}

/** A schema that cannot be one of a custom resource; the message is Kubernetes'. */
export class StructuralError extends Error {
  readonly code = 'SCHEMA_UNSUPPORTED'
  constructor(what: string) {
    super(what)
    this.name = 'StructuralError'
  }
}

const UNSUPPORTED: readonly (readonly [name: string, isSet: (schema: JsonSchema) => boolean])[] = [
  ['id', ({ id }) => Boolean(id)],
  ['schema', ({ $schema }) => Boolean($schema)],
  ['$ref', ({ $ref }) => Boolean($ref)],
  ['patternProperties', ({ patternProperties = {} }) => Object.keys(patternProperties).length > 0],
  ['dependencies', ({ dependencies = {} }) => Object.keys(dependencies).length > 0],
  ['additionalItems', ({ additionalItems }) => additionalItems !== undefined],
  ['definitions', ({ definitions = {} }) => Object.keys(definitions).length > 0],
]

const NUMBER_FORMATS: { readonly [type: string]: readonly string[] } = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
}

const textFormat = (type: string, name: string, tools: SchemaTools): Structural['textFormat'] => {
  const test = name !== '' && (type === '' || type === 'string') ? tools.format(name.replaceAll('-', '')) : undefined
  return test && { name, test }
}

/** Whether values of that type are held against that format; Kubernetes passes over all others. */
export const isKnownFormat = (type: string, name: string, tools: SchemaTools): boolean =>
  textFormat(type, name, tools) !== undefined || NUMBER_FORMATS[type]?.includes(name) === true

const typesOf = (schema: JsonSchema): readonly string[] => {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

/** Compiles a schema. Throws StructuralError, and what `tools.pattern` throws. */
export const structuralOf = (schema: JsonSchema, tools: SchemaTools): Structural => {
  for (const [name, isSet] of UNSUPPORTED)
    if (isSet(schema)) throw new StructuralError(`OpenAPIV3Schema '${name}' is not supported`)
  const { items, additionalProperties } = schema
  if (Array.isArray(items) && items.length > 0)
    throw new StructuralError("OpenAPIV3Schema 'items' must be a schema, but is an array")
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    throw new StructuralError("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined")
  const types = typesOf(schema)
  const [type = ''] = types.length === 1 ? types : []
  const format = schema.format ?? ''
  const of = (one: JsonSchema): Structural => structuralOf(one, tools)
  return {
    schema,
    types,
    nullable: schema.nullable === true,
    default: schema.default,
    properties: new Map(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, of(one)])),
    additional: typeof additionalProperties === 'object' ? of(additionalProperties) : additionalProperties,
    items: items === undefined || Array.isArray(items) ? undefined : of(items as JsonSchema),
    preservesUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
    isResource: schema['x-kubernetes-embedded-resource'] === true,
    listType: schema['x-kubernetes-list-type'],
    listKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    isAtomicMap: schema['x-kubernetes-map-type'] === 'atomic',
    rules: schema['x-kubernetes-validations'] ?? [],
    numberFormat: NUMBER_FORMATS[type]?.includes(format) ? format : '',
    textFormat: textFormat(type, format, tools),
    pattern: schema.pattern ? tools.pattern(schema.pattern) : undefined,
    allOf: (schema.allOf ?? []).map(of),
    anyOf: (schema.anyOf ?? []).map(of),
    oneOf: (schema.oneOf ?? []).map(of),
    not: schema.not && of(schema.not),
  }
}
