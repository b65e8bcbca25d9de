import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, required } from '#schema/schema.ts'
import { object } from '../group.ts'
import { ObjectReference } from '../references.ts'

export class Binding extends object('v1', 'Binding', {
  metadata: field(1, ObjectMeta),
  target: required(2, ObjectReference),
}) {}
