import {
  bool,
  field,
  fieldsV1,
  int32,
  int64,
  kind,
  list,
  map,
  message,
  optional,
  rawExtension,
  required,
  string,
  strings,
  time,
} from '#schema/schema.ts'

export class GroupVersionForDiscovery extends message('GroupVersionForDiscovery', {
  groupVersion: required(1, string),
  version: required(2, string),
}) {}

export class ServerAddressByClientCIDR extends message('ServerAddressByClientCIDR', {
  clientCIDR: required(1, string),
  serverAddress: required(2, string),
}) {}

export class APIGroup extends kind('v1', 'APIGroup', {
  name: required(1, string),
  versions: list(2, GroupVersionForDiscovery, { list: 'atomic', always: true }),
  preferredVersion: field(3, GroupVersionForDiscovery),
  serverAddressByClientCIDRs: list(4, ServerAddressByClientCIDR, { list: 'atomic' }),
}) {}

export class APIGroupList extends kind('v1', 'APIGroupList', {
  groups: list(1, APIGroup, { list: 'atomic', always: true }),
}) {}

export class APIResource extends message('APIResource', {
  name: required(1, string),
  singularName: required(6, string),
  namespaced: required(2, bool),
  group: field(8, string),
  version: field(9, string),
  kind: required(3, string),
  verbs: required(4, strings),
  shortNames: list(5, string, { list: 'atomic' }),
  categories: list(7, string, { list: 'atomic' }),
  storageVersionHash: field(10, string),
}) {}

export class APIResourceList extends kind('v1', 'APIResourceList', {
  groupVersion: required(1, string),
  resources: list(2, APIResource, { list: 'atomic', always: true }),
}) {}

export class APIVersions extends kind('v1', 'APIVersions', {
  versions: list(1, string, { list: 'atomic', always: true }),
  serverAddressByClientCIDRs: list(2, ServerAddressByClientCIDR, { list: 'atomic', always: true }),
}) {}

export class ApplyOptions extends kind('meta.k8s.io/v1', 'ApplyOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  force: required(2, bool),
  fieldManager: required(3, string),
}) {}

export class Condition extends message('Condition', {
  type: required(1, string),
  status: required(2, string),
  observedGeneration: field(3, int64),
  lastTransitionTime: required(4, time),
  reason: required(5, string),
  message: required(6, string),
}) {}

export class CreateOptions extends kind('meta.k8s.io/v1', 'CreateOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  fieldManager: field(3, string),
  fieldValidation: field(4, string),
}) {}

export class Preconditions extends message('Preconditions', {
  uid: optional(1, string),
  resourceVersion: optional(2, string),
}) {}

export class DeleteOptions extends kind('v1', 'DeleteOptions', {
  gracePeriodSeconds: optional(1, int64),
  preconditions: optional(2, Preconditions),
  orphanDependents: optional(3, bool),
  propagationPolicy: optional(4, string),
  dryRun: list(5, string, { list: 'atomic' }),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(6, bool),
}) {}

export class FieldSelectorRequirement extends message('FieldSelectorRequirement', {
  key: required(1, string),
  operator: required(2, string),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class GetOptions extends kind('meta.k8s.io/v1', 'GetOptions', {
  resourceVersion: field(1, string),
}) {}

export class LabelSelectorRequirement extends message('LabelSelectorRequirement', {
  key: required(1, string),
  operator: required(2, string),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class LabelSelector extends message(
  'LabelSelector',
  {
    matchLabels: map(1, string),
    matchExpressions: list(2, LabelSelectorRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}

export class ShardInfo extends message('ShardInfo', {
  selector: required(1, string),
}) {}

export class ListMeta extends message('ListMeta', {
  selfLink: field(1, string),
  resourceVersion: field(2, string),
  continue: field(3, string),
  remainingItemCount: optional(4, int64),
  shardInfo: optional(5, ShardInfo),
}) {}

export class List extends kind('v1', 'List', {
  metadata: field(1, ListMeta),
  items: list(2, rawExtension, { always: true }),
}) {}

export class ListOptions extends kind('meta.k8s.io/v1', 'ListOptions', {
  labelSelector: field(1, string),
  fieldSelector: field(2, string),
  watch: field(3, bool),
  allowWatchBookmarks: field(9, bool),
  resourceVersion: field(4, string),
  resourceVersionMatch: field(10, string),
  timeoutSeconds: optional(5, int64),
  limit: field(7, int64),
  continue: field(8, string),
  sendInitialEvents: optional(11, bool),
  shardSelector: field(15, string),
}) {}

export class ManagedFieldsEntry extends message('ManagedFieldsEntry', {
  manager: field(1, string),
  operation: field(2, string),
  apiVersion: field(3, string),
  time: optional(4, time),
  fieldsType: field(6, string),
  fieldsV1: optional(7, fieldsV1),
  subresource: field(8, string),
}) {}

export class OwnerReference extends message(
  'OwnerReference',
  {
    apiVersion: required(5, string),
    kind: required(1, string),
    name: required(3, string),
    uid: required(4, string),
    controller: optional(6, bool),
    blockOwnerDeletion: optional(7, bool),
  },
  { atomic: true },
) {}

export class ObjectMeta extends message('ObjectMeta', {
  name: field(1, string),
  generateName: field(2, string),
  namespace: field(3, string),
  selfLink: field(4, string),
  uid: field(5, string),
  resourceVersion: field(6, string),
  generation: field(7, int64),
  creationTimestamp: field(8, time, { omitZero: true }),
  deletionTimestamp: optional(9, time),
  deletionGracePeriodSeconds: optional(10, int64),
  labels: map(11, string),
  annotations: map(12, string),
  ownerReferences: list(13, OwnerReference, { keys: ['uid'], patch: 'merge', patchKey: 'uid' }),
  finalizers: list(14, string, { list: 'set', patch: 'merge' }),
  managedFields: list(17, ManagedFieldsEntry, { list: 'atomic' }),
}) {}

export class PartialObjectMetadata extends kind('meta.k8s.io/v1', 'PartialObjectMetadata', {
  metadata: field(1, ObjectMeta),
}) {}

export class PartialObjectMetadataList extends kind('meta.k8s.io/v1', 'PartialObjectMetadataList', {
  metadata: field(1, ListMeta),
  items: list(2, PartialObjectMetadata, { always: true }),
}) {}

export class Patch extends message('Patch', {}) {}

export class PatchOptions extends kind('meta.k8s.io/v1', 'PatchOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  force: optional(2, bool),
  fieldManager: field(3, string),
  fieldValidation: field(4, string),
}) {}

export class RootPaths extends message('RootPaths', {
  paths: list(1, string, { list: 'atomic', always: true }),
}) {}

export class StatusCause extends message('StatusCause', {
  reason: field(1, string),
  message: field(2, string),
  field: field(3, string),
}) {}

export class StatusDetails extends message('StatusDetails', {
  name: field(1, string),
  group: field(2, string),
  kind: field(3, string),
  uid: field(6, string),
  causes: list(4, StatusCause, { list: 'atomic' }),
  retryAfterSeconds: field(5, int32),
}) {}

export class Status extends kind('v1', 'Status', {
  metadata: field(1, ListMeta),
  status: field(2, string),
  message: field(3, string),
  reason: field(4, string),
  details: optional(5, StatusDetails),
  code: field(6, int32),
}) {}

export class TableColumnDefinition extends message('TableColumnDefinition', {
  name: required(1, string),
  type: required(2, string),
  format: required(3, string),
  description: required(4, string),
  priority: required(5, int32),
}) {}

export class TableRowCondition extends message('TableRowCondition', {
  type: required(1, string),
  status: required(2, string),
  reason: field(3, string),
  message: field(4, string),
}) {}

export class TableRow extends message('TableRow', {
  cells: list(1, rawExtension, { list: 'atomic', always: true }),
  conditions: list(2, TableRowCondition, { list: 'atomic' }),
  object: optional(3, rawExtension),
}) {}

/** JSON alone: Kubernetes gives tables no protobuf form, and the numbers here go on no wire. */
export class Table extends kind('meta.k8s.io/v1', 'Table', {
  metadata: field(1, ListMeta),
  columnDefinitions: list(2, TableColumnDefinition, { list: 'atomic', always: true }),
  rows: list(3, TableRow, { list: 'atomic', always: true }),
}) {}

export class TableOptions extends kind('meta.k8s.io/v1', 'TableOptions', {
  includeObject: field(1, string),
}) {}

export class UpdateOptions extends kind('meta.k8s.io/v1', 'UpdateOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  fieldManager: field(2, string),
  fieldValidation: field(3, string),
}) {}
