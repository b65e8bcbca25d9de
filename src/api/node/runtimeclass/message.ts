import { Toleration } from '#api/core/pod/spec/scheduling.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, optional, quantity, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class Overhead extends message('Overhead', {
  podFixed: map(1, quantity),
}) {}

class Scheduling extends message('Scheduling', {
  nodeSelector: map(1, string, { atomic: true }),
  tolerations: list(2, Toleration, { list: 'atomic' }),
}) {}

export class RuntimeClass extends object('node.k8s.io/v1', 'RuntimeClass', {
  metadata: field(1, ObjectMeta),
  handler: required(2, string),
  overhead: optional(3, Overhead),
  scheduling: optional(4, Scheduling),
}) {}

export class RuntimeClassList extends object('node.k8s.io/v1', 'RuntimeClassList', {
  metadata: field(1, ListMeta),
  items: list(2, RuntimeClass, { always: true }),
}) {}
