import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, bytes, field, list, map, optional, string } from '#schema/schema.ts'
import { object } from '../group.ts'

export class Secret extends object('v1', 'Secret', {
  metadata: field(1, ObjectMeta),
  immutable: optional(5, bool),
  data: map(2, bytes),
  stringData: map(4, string),
  type: field(3, string),
}) {}

export class SecretList extends object('v1', 'SecretList', {
  metadata: field(1, ListMeta),
  items: list(2, Secret, { always: true }),
}) {}
