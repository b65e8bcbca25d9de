import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, quantity, required, string } from '#schema/schema.ts'
import { object } from '../group.ts'

export class CSIStorageCapacity extends object('storage.k8s.io/v1', 'CSIStorageCapacity', {
  metadata: field(1, ObjectMeta),
  nodeTopology: optional(2, LabelSelector),
  storageClassName: required(3, string),
  capacity: optional(4, quantity),
  maximumVolumeSize: optional(5, quantity),
}) {}

export class CSIStorageCapacityList extends object('storage.k8s.io/v1', 'CSIStorageCapacityList', {
  metadata: field(1, ListMeta),
  items: list(2, CSIStorageCapacity, { always: true }),
}) {}
