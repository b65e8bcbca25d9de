import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, quantity, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class ContainerMetrics extends message('ContainerMetrics', {
  name: required(1, string),
  usage: map(2, quantity),
}) {}

export class PodMetrics extends object('metrics.k8s.io/v1beta1', 'PodMetrics', {
  metadata: field(1, ObjectMeta),
  timestamp: required(2, time),
  window: required(3, string),
  containers: list(4, ContainerMetrics, { always: true }),
}) {}

export class PodMetricsList extends object('metrics.k8s.io/v1beta1', 'PodMetricsList', {
  metadata: field(1, ListMeta),
  items: list(2, PodMetrics, { always: true }),
}) {}
