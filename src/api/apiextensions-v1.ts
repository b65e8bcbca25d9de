import {
  bool,
  bytes,
  double,
  field,
  type Infer,
  int32,
  int64,
  json,
  kind,
  list,
  map,
  message,
  oneOf,
  optional,
  rawExtension,
  ref,
  required,
  string,
  time,
} from '#schema/schema.ts'
import { ListMeta, ObjectMeta, Status } from './meta-v1.ts'

export const FieldValueErrorReason = oneOf(
  'FieldValueRequired',
  'FieldValueDuplicate',
  'FieldValueInvalid',
  'FieldValueForbidden',
)
export type FieldValueErrorReason = Infer<typeof FieldValueErrorReason>

export class ConversionRequest extends message('ConversionRequest', {
  uid: required(1, string),
  desiredAPIVersion: required(2, string),
  objects: list(3, rawExtension, { list: 'atomic', always: true }),
}) {}

export class ConversionResponse extends message('ConversionResponse', {
  uid: required(1, string),
  convertedObjects: list(2, rawExtension, { list: 'atomic', always: true }),
  result: required(3, Status),
}) {}

export class ConversionReview extends kind('apiextensions.k8s.io/v1', 'ConversionReview', {
  request: optional(1, ConversionRequest),
  response: optional(2, ConversionResponse),
}) {}

export class CustomResourceColumnDefinition extends message('CustomResourceColumnDefinition', {
  name: required(1, string),
  type: required(2, string),
  format: field(3, string),
  description: field(4, string),
  priority: field(5, int32),
  jsonPath: required(6, string),
}) {}

export class ServiceReference extends message('ServiceReference', {
  namespace: required(1, string),
  name: required(2, string),
  path: optional(3, string),
  port: optional(4, int32),
}) {}

export class WebhookClientConfig extends message('WebhookClientConfig', {
  url: optional(3, string),
  service: optional(1, ServiceReference),
  caBundle: optional(2, bytes),
}) {}

export class WebhookConversion extends message('WebhookConversion', {
  clientConfig: optional(2, WebhookClientConfig),
  conversionReviewVersions: list(3, string, { list: 'atomic', always: true }),
}) {}

export class CustomResourceConversion extends message('CustomResourceConversion', {
  strategy: required(1, string),
  webhook: optional(2, WebhookConversion),
}) {}

export class CustomResourceDefinitionNames extends message('CustomResourceDefinitionNames', {
  plural: required(1, string),
  singular: field(2, string),
  shortNames: list(3, string, { list: 'atomic' }),
  kind: required(4, string),
  listKind: field(5, string),
  categories: list(6, string, { list: 'atomic' }),
}) {}

export class ExternalDocumentation extends message('ExternalDocumentation', {
  description: field(1, string),
  url: field(2, string),
}) {}

export class ValidationRule extends message('ValidationRule', {
  rule: required(1, string),
  message: field(2, string),
  messageExpression: field(3, string),
  reason: optional(4, FieldValueErrorReason),
  fieldPath: field(5, string),
  optionalOldSelf: optional(6, bool),
}) {}

export class JSONSchemaProps extends message('JSONSchemaProps', {
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
  items: optional(24, json),
  allOf: list(25, ref<JSONSchemaProps>('JSONSchemaProps'), { list: 'atomic' }),
  oneOf: list(26, ref<JSONSchemaProps>('JSONSchemaProps'), { list: 'atomic' }),
  anyOf: list(27, ref<JSONSchemaProps>('JSONSchemaProps'), { list: 'atomic' }),
  not: optional(28, ref<JSONSchemaProps>('JSONSchemaProps')),
  properties: map(29, ref<JSONSchemaProps>('JSONSchemaProps')),
  additionalProperties: optional(30, json),
  patternProperties: map(31, ref<JSONSchemaProps>('JSONSchemaProps')),
  dependencies: map(32, json),
  additionalItems: optional(33, json),
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

export class CustomResourceSubresourceStatus extends message('CustomResourceSubresourceStatus', {}) {}

export class CustomResourceSubresourceScale extends message('CustomResourceSubresourceScale', {
  specReplicasPath: required(1, string),
  statusReplicasPath: required(2, string),
  labelSelectorPath: optional(3, string),
}) {}

export class CustomResourceSubresources extends message('CustomResourceSubresources', {
  status: optional(1, CustomResourceSubresourceStatus),
  scale: optional(2, CustomResourceSubresourceScale),
}) {}

export class SelectableField extends message('SelectableField', {
  jsonPath: required(1, string),
}) {}

export class CustomResourceDefinitionVersion extends message('CustomResourceDefinitionVersion', {
  name: required(1, string),
  served: required(2, bool),
  storage: required(3, bool),
  deprecated: field(7, bool),
  deprecationWarning: optional(8, string),
  schema: optional(4, CustomResourceValidation),
  subresources: optional(5, CustomResourceSubresources),
  additionalPrinterColumns: list(6, CustomResourceColumnDefinition, { list: 'atomic' }),
  selectableFields: list(9, SelectableField, { list: 'atomic' }),
}) {}

export class CustomResourceDefinitionSpec extends message('CustomResourceDefinitionSpec', {
  group: required(1, string),
  names: required(3, CustomResourceDefinitionNames),
  scope: required(4, string),
  versions: list(7, CustomResourceDefinitionVersion, { list: 'atomic', always: true }),
  conversion: optional(9, CustomResourceConversion),
  preserveUnknownFields: field(10, bool),
}) {}

export class CustomResourceDefinitionCondition extends message('CustomResourceDefinitionCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
  observedGeneration: field(6, int64),
}) {}

export class CustomResourceDefinitionStatus extends message('CustomResourceDefinitionStatus', {
  conditions: list(1, CustomResourceDefinitionCondition, { keys: ['type'], always: true, optional: true }),
  acceptedNames: required(2, CustomResourceDefinitionNames, { optional: true }),
  storedVersions: list(3, string, { list: 'atomic', always: true, optional: true }),
  observedGeneration: field(4, int64),
}) {}

export class CustomResourceDefinition extends kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
  metadata: field(1, ObjectMeta),
  spec: required(2, CustomResourceDefinitionSpec),
  status: field(3, CustomResourceDefinitionStatus),
}) {}

export class CustomResourceDefinitionList extends kind('apiextensions.k8s.io/v1', 'CustomResourceDefinitionList', {
  metadata: field(1, ListMeta),
  items: list(2, CustomResourceDefinition, { always: true }),
}) {}
