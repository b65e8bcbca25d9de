import { PreemptionPolicy } from '#api/core/pod/spec/spec.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, list, optional, required, string } from '#schema/schema.ts'
import { object } from '../group.ts'

export class PriorityClass extends object('scheduling.k8s.io/v1', 'PriorityClass', {
  metadata: field(1, ObjectMeta),
  value: required(2, int32, { optional: true }),
  globalDefault: field(3, bool),
  description: field(4, string),
  preemptionPolicy: optional(5, PreemptionPolicy),
}) {}

export class PriorityClassList extends object('scheduling.k8s.io/v1', 'PriorityClassList', {
  metadata: field(1, ListMeta),
  items: list(2, PriorityClass, { always: true }),
}) {}
