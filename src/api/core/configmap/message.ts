import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, bytes, field, list, map, optional, string } from '#schema/schema.ts'
import { object } from '../group.ts'

export class ConfigMap extends object('v1', 'ConfigMap', {
  metadata: field(1, ObjectMeta),
  immutable: optional(4, bool),
  data: map(2, string),
  binaryData: map(3, bytes),
}) {}

export class ConfigMapList extends object('v1', 'ConfigMapList', {
  metadata: field(1, ListMeta),
  items: list(2, ConfigMap, { always: true }),
}) {}
