import { field, kind, optional } from '#schema/schema.ts'
import { DeleteOptions, ObjectMeta } from './meta-v1.ts'

export class Eviction extends kind('policy/v1', 'Eviction', {
  metadata: field(1, ObjectMeta),
  deleteOptions: optional(2, DeleteOptions),
}) {}
