import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, quantity, required, string, time } from '#schema/schema.ts'
import { object } from '../group.ts'

/** `window` is a duration as Go writes it, which in protobuf is a number: there is no protobuf of these. */
export class NodeMetrics extends object('metrics.k8s.io/v1beta1', 'NodeMetrics', {
  metadata: field(1, ObjectMeta),
  timestamp: required(2, time),
  window: required(3, string),
  usage: map(4, quantity),
}) {}

export class NodeMetricsList extends object('metrics.k8s.io/v1beta1', 'NodeMetricsList', {
  metadata: field(1, ListMeta),
  items: list(2, NodeMetrics, { always: true }),
}) {}
