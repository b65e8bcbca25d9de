import { PodTemplateSpec } from '#api/core/pod/template.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class ReplicaSetSpec extends message('ReplicaSetSpec', {
  replicas: optional(1, int32),
  minReadySeconds: field(4, int32),
  selector: optional(2, LabelSelector, { always: true }),
  template: field(3, PodTemplateSpec),
}) {}

export class ReplicaSetCondition extends message('ReplicaSetCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

export class ReplicaSetStatus extends message('ReplicaSetStatus', {
  replicas: required(1, int32),
  fullyLabeledReplicas: field(2, int32),
  readyReplicas: field(4, int32),
  availableReplicas: field(5, int32),
  terminatingReplicas: optional(7, int32),
  observedGeneration: field(3, int64),
  conditions: list(6, ReplicaSetCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ReplicaSet extends object('apps/v1', 'ReplicaSet', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ReplicaSetSpec),
  status: field(3, ReplicaSetStatus),
}) {}

export class ReplicaSetList extends object('apps/v1', 'ReplicaSetList', {
  metadata: field(1, ListMeta),
  items: list(2, ReplicaSet, { always: true }),
}) {}
