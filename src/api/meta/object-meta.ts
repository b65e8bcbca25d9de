import { bool, field, fieldsV1, int64, list, map, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from './group.ts'
import { ListMeta } from './list-meta.ts'

class ManagedFieldsEntry extends message('ManagedFieldsEntry', {
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

export class PartialObjectMetadata extends object('meta.k8s.io/v1', 'PartialObjectMetadata', {
  metadata: field(1, ObjectMeta),
}) {}

export class PartialObjectMetadataList extends object('meta.k8s.io/v1', 'PartialObjectMetadataList', {
  metadata: field(1, ListMeta),
  items: list(2, PartialObjectMetadata, { always: true }),
}) {}
