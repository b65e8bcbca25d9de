import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import type { OpenContent } from '#schema/schema.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'

type Dialect = Parameters<OpenContent['schema']>[0]
type Refer = Parameters<OpenContent['schema']>[1]
type Published = { [keyword: string]: unknown }

const KIND = { type: 'string', description: 'The kind, such as Service.' }
const API_VERSION = {
  type: 'string',
  description: 'APIVersion defines by which group and version the object is written, such as v1 or apps/v1.',
}
const METADATA = "Standard object's metadata: its name, its labels, and what else every object has."

const INT_OR_STRING: readonly JsonSchema[] = [{ type: 'integer' }, { type: 'string' }]

const isIntOrString = (schemas: readonly JsonSchema[] | undefined): boolean =>
  JSON.stringify(schemas) === JSON.stringify(INT_OR_STRING)

/** Says in plain words of a schema what `x-kubernetes-int-or-string` means. */
const unfolded = (schema: JsonSchema): JsonSchema => {
  if (!schema['x-kubernetes-int-or-string']) return schema
  const { anyOf, allOf = [] } = schema
  if (isIntOrString(anyOf) || isIntOrString(allOf[0]?.anyOf)) return schema
  return anyOf === undefined
    ? { ...schema, anyOf: INT_OR_STRING }
    : { ...schema, allOf: [{ anyOf: INT_OR_STRING }, ...allOf] }
}

const withoutNullable = (schema: JsonSchema, required: readonly string[]): readonly string[] =>
  required.filter((name) => schema.properties?.[name]?.nullable !== true)

/** What version 2 of OpenAPI, or kubectl that reads it, has no words for is left out. */
const asVersion2 = (schema: JsonSchema): JsonSchema => {
  const { allOf: _, anyOf: __, oneOf: ___, not: ____, nullable, type, items, properties, ...rest } = schema
  const isFree = nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  const isUntyped =
    nullable === true ||
    (type === 'array' && (isFree || items === undefined)) ||
    (type === 'object' && schema['x-kubernetes-preserve-unknown-fields'] === true)
  const additional = schema.additionalProperties
  const dropsRequired = typeof additional === 'object' && additional.nullable === true
  const required = dropsRequired ? [] : withoutNullable(schema, schema.required ?? [])
  const { required: _____, ...kept } = rest
  return {
    ...kept,
    ...(type !== undefined && !isUntyped && { type }),
    ...(items !== undefined && !isFree && { items }),
    ...(properties !== undefined && !isFree && { properties }),
    ...(required.length > 0 && { required }),
  }
}

const mapped = (
  schemas: { readonly [name: string]: JsonSchema },
  publish: (schema: JsonSchema) => Published,
): Published => Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, publish(schema)]))

const publishedSchema = (given: JsonSchema, dialect: Dialect, refer: Refer): Published => {
  const schema = dialect === 'v2' ? asVersion2(unfolded(given)) : unfolded(given)
  const publish = (inner: JsonSchema): Published => publishedSchema(inner, dialect, refer)
  const { items, properties, additionalProperties, allOf, anyOf, oneOf, not, ...rest } = schema
  const published: Published = {
    ...rest,
    ...(items !== undefined && { items: publish(items as JsonSchema) }),
    ...(properties !== undefined && { properties: mapped(properties, publish) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? publish(additionalProperties) : additionalProperties,
    }),
    ...(allOf !== undefined && { allOf: allOf.map(publish) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(publish) }),
    ...(oneOf !== undefined && { oneOf: oneOf.map(publish) }),
    ...(not !== undefined && { not: publish(not) }),
  }
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const isFree = dialect === 'v2' && schema['x-kubernetes-preserve-unknown-fields'] === true
  return isEmbedded && !isFree ? withTypeMeta(published, dialect, refer, true) : published
}

const withTypeMeta = (schema: Published, dialect: Dialect, refer: Refer, isRequired: boolean): Published => {
  const metadata = refer(ObjectMeta)
  const required = (schema.required as readonly string[] | undefined) ?? []
  return {
    ...schema,
    properties: {
      ...(schema.properties as Published | undefined),
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { ...(dialect === 'v3' ? { allOf: [metadata] } : metadata), description: METADATA },
    },
    ...(isRequired && { required: [...new Set([...required, 'kind', 'apiVersion'])] }),
  }
}

/** The schema of a custom resource as OpenAPI documents hold it: what kubectl explains, and checks before it sends. */
export const customSchema = (schema: JsonSchema | undefined, dialect: Dialect, refer: Refer): Published => {
  if (schema === undefined) return { type: 'object' }
  // With any property named, kubectl takes all others for unknown.
  if (dialect === 'v2' && schema['x-kubernetes-preserve-unknown-fields']) return { type: 'object' }
  return withTypeMeta(publishedSchema(schema, dialect, refer), dialect, refer, false)
}

/** That of a list of them. */
export const customListSchema = (
  kind: string,
  listKind: string,
  item: object,
  dialect: Dialect,
  refer: Refer,
): Published => {
  const metadata = refer(ListMeta)
  return {
    type: 'object',
    description: `${listKind} is a list of ${kind}`,
    required: ['items'],
    properties: {
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: dialect === 'v3' ? { allOf: [metadata] } : metadata,
      items: { type: 'array', items: item, description: 'The objects of the list.' },
    },
  }
}
