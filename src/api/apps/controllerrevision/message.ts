import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int64, list, rawExtension, required } from '#schema/schema.ts'
import { object } from '../group.ts'

export class ControllerRevision extends object('apps/v1', 'ControllerRevision', {
  metadata: field(1, ObjectMeta),
  data: required(2, rawExtension, { optional: true }),
  revision: required(3, int64),
}) {}

export class ControllerRevisionList extends object('apps/v1', 'ControllerRevisionList', {
  metadata: field(1, ListMeta),
  items: list(2, ControllerRevision, { always: true }),
}) {}
