import { ObjectMeta } from '#api/meta/object-meta.ts'
import { DeleteOptions } from '#api/meta/options.ts'
import { field, optional } from '#schema/schema.ts'
import { object } from '../group.ts'

export class Eviction extends object('policy/v1', 'Eviction', {
  metadata: field(1, ObjectMeta),
  deleteOptions: optional(2, DeleteOptions),
}) {}
