import { inGoOrder } from '#schema/json-value.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'
import type { InternalVersion, Subresources } from './internal.ts'

/** Fields of a schema in the order in which Go prints them, with what stands for none: null, '', 0 or false. */
const SCHEMA_FIELDS: readonly (readonly [go: string, json: string, none: unknown])[] = [
  ['ID', 'id', ''],
  ['Schema', '$schema', ''],
  ['Ref', '$ref', null],
  ['Description', 'description', ''],
  ['Type', 'type', ''],
  ['Nullable', 'nullable', false],
  ['Format', 'format', ''],
  ['Title', 'title', ''],
  ['Default', 'default', null],
  ['Maximum', 'maximum', null],
  ['ExclusiveMaximum', 'exclusiveMaximum', false],
  ['Minimum', 'minimum', null],
  ['ExclusiveMinimum', 'exclusiveMinimum', false],
  ['MaxLength', 'maxLength', null],
  ['MinLength', 'minLength', null],
  ['Pattern', 'pattern', ''],
  ['MaxItems', 'maxItems', null],
  ['MinItems', 'minItems', null],
  ['UniqueItems', 'uniqueItems', false],
  ['MultipleOf', 'multipleOf', null],
  ['Enum', 'enum', null],
  ['MaxProperties', 'maxProperties', null],
  ['MinProperties', 'minProperties', null],
  ['Required', 'required', null],
  ['Items', 'items', null],
  ['AllOf', 'allOf', null],
  ['OneOf', 'oneOf', null],
  ['AnyOf', 'anyOf', null],
  ['Not', 'not', null],
  ['Properties', 'properties', null],
  ['AdditionalProperties', 'additionalProperties', null],
  ['PatternProperties', 'patternProperties', null],
  ['Dependencies', 'dependencies', null],
  ['AdditionalItems', 'additionalItems', null],
  ['Definitions', 'definitions', null],
  ['ExternalDocs', 'externalDocs', null],
  ['Example', 'example', null],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', null],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', false],
  ['XIntOrString', 'x-kubernetes-int-or-string', false],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', null],
  ['XListType', 'x-kubernetes-list-type', null],
  ['XMapType', 'x-kubernetes-map-type', null],
  ['XValidations', 'x-kubernetes-validations', null],
]

/** The Go names of the fields that a schema sets. */
export const fieldsSet = (schema: JsonSchema): readonly string[] => {
  const members = schema as { readonly [name: string]: unknown }
  return SCHEMA_FIELDS.flatMap(([go, json, none]) => {
    const value = members[json]
    return value === undefined || value === none ? [] : [go]
  })
}

type Schemas = { readonly [name: string]: JsonSchema }

const MAPS = new Set(['Properties', 'PatternProperties', 'Definitions'])
const SCHEMAS = new Set(['AllOf', 'OneOf', 'AnyOf'])

/** A schema as Go prints it: every field by its Go name. */
export const printedSchema = (schema: JsonSchema): unknown => {
  const members = schema as { readonly [name: string]: unknown }
  const print = (go: string, value: unknown): unknown => {
    if (MAPS.has(go))
      return inGoOrder(Object.fromEntries(Object.entries(value as Schemas).map(([k, v]) => [k, printedSchema(v)])))
    if (SCHEMAS.has(go)) return (value as readonly JsonSchema[]).map(printedSchema)
    if (go === 'Not') return printedSchema(value as JsonSchema)
    if (go === 'Items')
      return Array.isArray(value)
        ? { Schema: null, JSONSchemas: value.map(printedSchema) }
        : { Schema: printedSchema(value as JsonSchema), JSONSchemas: null }
    if (go === 'AdditionalProperties' || go === 'AdditionalItems')
      return typeof value === 'object'
        ? { Allows: true, Schema: printedSchema(value as JsonSchema) }
        : { Allows: value, Schema: null }
    if (go === 'XValidations') return (value as readonly ValidationRule[]).map(printedRule)
    if (go === 'ExternalDocs') {
      const { description = '', url = '' } = value as NonNullable<JsonSchema['externalDocs']>
      return { Description: description, URL: url }
    }
    return inGoOrder(value)
  }
  return Object.fromEntries(
    SCHEMA_FIELDS.map(([go, json, none]) => [go, members[json] === undefined ? none : print(go, members[json])]),
  )
}

/** A rule as Go prints it. */
export const printedRule = (rule: ValidationRule): unknown => ({
  Rule: rule.rule,
  Message: rule.message ?? '',
  MessageExpression: rule.messageExpression ?? '',
  Reason: rule.reason ?? null,
  FieldPath: rule.fieldPath ?? '',
  OptionalOldSelf: rule.optionalOldSelf ?? null,
})

const printedSubresources = ({ status, scale }: Subresources): unknown => ({
  Status: status === undefined ? null : {},
  Scale:
    scale === undefined
      ? null
      : {
          SpecReplicasPath: scale.specReplicasPath,
          StatusReplicasPath: scale.statusReplicasPath,
          LabelSelectorPath: scale.labelSelectorPath ?? null,
        },
})

/** Versions as Go prints them, where something is wrong with all of them together. */
export const printedVersions = (versions: readonly InternalVersion[]): unknown =>
  versions.map((version) => ({
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: version.hasSchema
      ? { OpenAPIV3Schema: version.schema === undefined ? null : printedSchema(version.schema) }
      : null,
    Subresources: version.subresources === undefined ? null : printedSubresources(version.subresources),
    AdditionalPrinterColumns:
      version.columns.length === 0
        ? null
        : version.columns.map(({ name, type, format = '', description = '', priority = 0, jsonPath }) => ({
            Name: name,
            Type: type,
            Format: format,
            Description: description,
            Priority: priority,
            JSONPath: jsonPath,
          })),
    SelectableFields:
      version.selectableFields.length === 0
        ? null
        : version.selectableFields.map(({ jsonPath }) => ({ JSONPath: jsonPath })),
  }))
