import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, int64, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { CustomResourceConversion } from './conversion.ts'
import { CustomResourceValidation } from './schema.ts'

class CustomResourceColumnDefinition extends message('CustomResourceColumnDefinition', {
  name: required(1, string),
  type: required(2, string),
  format: field(3, string),
  description: field(4, string),
  priority: field(5, int32),
  jsonPath: required(6, string),
}) {}

class CustomResourceDefinitionNames extends message('CustomResourceDefinitionNames', {
  plural: required(1, string),
  singular: field(2, string),
  shortNames: list(3, string, { list: 'atomic' }),
  kind: required(4, string),
  listKind: field(5, string),
  categories: list(6, string, { list: 'atomic' }),
}) {}

class CustomResourceSubresourceStatus extends message('CustomResourceSubresourceStatus', {}) {}

class CustomResourceSubresourceScale extends message('CustomResourceSubresourceScale', {
  specReplicasPath: required(1, string),
  statusReplicasPath: required(2, string),
  labelSelectorPath: optional(3, string),
}) {}

class CustomResourceSubresources extends message('CustomResourceSubresources', {
  status: optional(1, CustomResourceSubresourceStatus),
  scale: optional(2, CustomResourceSubresourceScale),
}) {}

class SelectableField extends message('SelectableField', {
  jsonPath: required(1, string),
}) {}

class CustomResourceDefinitionVersion extends message('CustomResourceDefinitionVersion', {
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

class CustomResourceDefinitionSpec extends message('CustomResourceDefinitionSpec', {
  group: required(1, string),
  names: required(3, CustomResourceDefinitionNames),
  scope: required(4, string),
  versions: list(7, CustomResourceDefinitionVersion, { list: 'atomic', always: true }),
  conversion: optional(9, CustomResourceConversion),
  preserveUnknownFields: field(10, bool),
}) {}

class CustomResourceDefinitionCondition extends message('CustomResourceDefinitionCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
  observedGeneration: field(6, int64),
}) {}

class CustomResourceDefinitionStatus extends message('CustomResourceDefinitionStatus', {
  conditions: list(1, CustomResourceDefinitionCondition, { keys: ['type'], always: true, optional: true }),
  acceptedNames: required(2, CustomResourceDefinitionNames, { optional: true }),
  storedVersions: list(3, string, { list: 'atomic', always: true, optional: true }),
  observedGeneration: field(4, int64),
}) {}

export class CustomResourceDefinition extends object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
  metadata: field(1, ObjectMeta),
  spec: required(2, CustomResourceDefinitionSpec),
  status: field(3, CustomResourceDefinitionStatus),
}) {}

export class CustomResourceDefinitionList extends object('apiextensions.k8s.io/v1', 'CustomResourceDefinitionList', {
  metadata: field(1, ListMeta),
  items: list(2, CustomResourceDefinition, { always: true }),
}) {}
