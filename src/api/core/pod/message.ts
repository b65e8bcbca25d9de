import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list } from '#schema/schema.ts'
import { object } from '../group.ts'
import { PodSpec } from './spec/spec.ts'
import { PodStatus } from './status/status.ts'

export class Pod extends object('v1', 'Pod', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PodSpec),
  status: field(3, PodStatus),
}) {}

export class PodList extends object('v1', 'PodList', {
  metadata: field(1, ListMeta),
  items: list(2, Pod, { always: true }),
}) {}
