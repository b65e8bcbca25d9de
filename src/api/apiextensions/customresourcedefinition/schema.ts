import {
  bool,
  double,
  either,
  field,
  int64,
  json,
  list,
  map,
  oneOf,
  optional,
  ref,
  required,
  string,
} from '#schema/schema.ts'
import { message } from '../group.ts'

const FieldValueErrorReason = oneOf(
  'FieldValueRequired',
  'FieldValueDuplicate',
  'FieldValueInvalid',
  'FieldValueForbidden',
)

class ExternalDocumentation extends message('ExternalDocumentation', {
  description: field(1, string),
  url: field(2, string),
}) {}

class ValidationRule extends message('ValidationRule', {
  rule: required(1, string),
  message: field(2, string),
  messageExpression: field(3, string),
  reason: optional(4, FieldValueErrorReason),
  fieldPath: field(5, string),
  optionalOldSelf: optional(6, bool),
}) {}

/** A schema is made of schemas. */
const itself = ref<unknown>('JSONSchemaProps')

class JSONSchemaProps extends message('JSONSchemaProps', {
  id: field(1, string),
  $schema: field(2, string, { proto: 'schema' }),
  $ref: optional(3, string, { proto: 'ref' }),
  description: field(4, string),
  type: field(5, string),
  format: field(6, string),
  title: field(7, string),
  default: optional(8, json),
  maximum: optional(9, double),
  exclusiveMaximum: field(10, bool),
  minimum: optional(11, double),
  exclusiveMinimum: field(12, bool),
  maxLength: optional(13, int64),
  minLength: optional(14, int64),
  pattern: field(15, string),
  maxItems: optional(16, int64),
  minItems: optional(17, int64),
  uniqueItems: field(18, bool),
  multipleOf: optional(19, double),
  enum: list(20, json, { list: 'atomic' }),
  maxProperties: optional(21, int64),
  minProperties: optional(22, int64),
  required: list(23, string, { list: 'atomic' }),
  items: optional(24, either('JSONSchemaPropsOrArray', itself, 'list', [1, 2])),
  allOf: list(25, ref<JSONSchemaProps>('JSONSchemaProps'), { list: 'atomic' }),
  oneOf: list(26, ref<JSONSchemaProps>('JSONSchemaProps'), { list: 'atomic' }),
  anyOf: list(27, ref<JSONSchemaProps>('JSONSchemaProps'), { list: 'atomic' }),
  not: optional(28, ref<JSONSchemaProps>('JSONSchemaProps')),
  properties: map(29, ref<JSONSchemaProps>('JSONSchemaProps')),
  additionalProperties: optional(30, either('JSONSchemaPropsOrBool', itself, 'bool', [2, 1])),
  patternProperties: map(31, ref<JSONSchemaProps>('JSONSchemaProps')),
  dependencies: map(32, either('JSONSchemaPropsOrStringArray', itself, 'strings', [1, 2])),
  additionalItems: optional(33, either('JSONSchemaPropsOrBool', itself, 'bool', [2, 1])),
  definitions: map(34, ref<JSONSchemaProps>('JSONSchemaProps')),
  externalDocs: optional(35, ExternalDocumentation),
  example: optional(36, json),
  nullable: field(37, bool),
  'x-kubernetes-preserve-unknown-fields': optional(38, bool, { proto: 'xKubernetesPreserveUnknownFields' }),
  'x-kubernetes-embedded-resource': field(39, bool, { proto: 'xKubernetesEmbeddedResource' }),
  'x-kubernetes-int-or-string': field(40, bool, { proto: 'xKubernetesIntOrString' }),
  'x-kubernetes-list-map-keys': list(41, string, { list: 'atomic', proto: 'xKubernetesListMapKeys' }),
  'x-kubernetes-list-type': optional(42, string, { proto: 'xKubernetesListType' }),
  'x-kubernetes-map-type': optional(43, string, { proto: 'xKubernetesMapType' }),
  'x-kubernetes-validations': list(44, ValidationRule, {
    keys: ['rule'],
    patch: 'merge',
    patchKey: 'rule',
    proto: 'xKubernetesValidations',
  }),
}) {}

export class CustomResourceValidation extends message('CustomResourceValidation', {
  openAPIV3Schema: optional(1, JSONSchemaProps),
}) {}
