import { PersistentVolumeReclaimPolicy } from '#api/core/persistentvolume/message.ts'
import { TopologySelectorTerm } from '#api/core/topology-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { object } from '../group.ts'

const VolumeBindingMode = oneOf('Immediate', 'WaitForFirstConsumer')

export class StorageClass extends object('storage.k8s.io/v1', 'StorageClass', {
  metadata: field(1, ObjectMeta),
  provisioner: required(2, string),
  parameters: map(3, string),
  reclaimPolicy: optional(4, PersistentVolumeReclaimPolicy),
  mountOptions: list(5, string, { list: 'atomic' }),
  allowVolumeExpansion: optional(6, bool),
  volumeBindingMode: optional(7, VolumeBindingMode),
  allowedTopologies: list(8, TopologySelectorTerm, { list: 'atomic' }),
}) {}

export class StorageClassList extends object('storage.k8s.io/v1', 'StorageClassList', {
  metadata: field(1, ListMeta),
  items: list(2, StorageClass, { always: true }),
}) {}
