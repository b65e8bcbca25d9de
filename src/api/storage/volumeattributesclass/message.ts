import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, required, string } from '#schema/schema.ts'
import { object } from '../group.ts'

export class VolumeAttributesClass extends object('storage.k8s.io/v1', 'VolumeAttributesClass', {
  metadata: field(1, ObjectMeta),
  driverName: required(2, string),
  parameters: map(3, string),
}) {}

export class VolumeAttributesClassList extends object('storage.k8s.io/v1', 'VolumeAttributesClassList', {
  metadata: field(1, ListMeta),
  items: list(2, VolumeAttributesClass, { always: true }),
}) {}
