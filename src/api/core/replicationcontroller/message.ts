import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, list, map, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { PodTemplateSpec } from '../pod/template.ts'

export class ReplicationControllerSpec extends message('ReplicationControllerSpec', {
  replicas: optional(1, int32, { default: 1 }),
  minReadySeconds: field(4, int32, { default: 0 }),
  selector: map(2, string, { atomic: true }),
  template: optional(3, PodTemplateSpec),
}) {}

class ReplicationControllerCondition extends message('ReplicationControllerCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

class ReplicationControllerStatus extends message('ReplicationControllerStatus', {
  replicas: required(1, int32),
  fullyLabeledReplicas: field(2, int32),
  readyReplicas: field(4, int32),
  availableReplicas: field(5, int32),
  observedGeneration: field(3, int64),
  conditions: list(6, ReplicationControllerCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ReplicationController extends object('v1', 'ReplicationController', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ReplicationControllerSpec),
  status: field(3, ReplicationControllerStatus),
}) {}

export class ReplicationControllerList extends object('v1', 'ReplicationControllerList', {
  metadata: field(1, ListMeta),
  items: list(2, ReplicationController, { always: true }),
}) {}
