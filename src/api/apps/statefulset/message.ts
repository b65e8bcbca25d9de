import { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { PodTemplateSpec } from '#api/core/pod/template.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, intOrString, list, oneOf, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const StatefulSetUpdateStrategyType = oneOf('RollingUpdate', 'OnDelete')
const PodManagementPolicyType = oneOf('OrderedReady', 'Parallel')

class RollingUpdateStatefulSetStrategy extends message('RollingUpdateStatefulSetStrategy', {
  partition: optional(1, int32),
  maxUnavailable: optional(2, intOrString),
}) {}

class StatefulSetUpdateStrategy extends message('StatefulSetUpdateStrategy', {
  type: field(1, StatefulSetUpdateStrategyType),
  rollingUpdate: optional(2, RollingUpdateStatefulSetStrategy),
}) {}

class StatefulSetPersistentVolumeClaimRetentionPolicy extends message(
  'StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: field(1, string),
    whenScaled: field(2, string),
  },
) {}

class StatefulSetOrdinals extends message('StatefulSetOrdinals', {
  start: required(1, int32, { optional: true }),
}) {}

export class StatefulSetSpec extends message('StatefulSetSpec', {
  replicas: optional(1, int32),
  selector: optional(2, LabelSelector, { always: true }),
  template: required(3, PodTemplateSpec),
  volumeClaimTemplates: list(4, PersistentVolumeClaim, { list: 'atomic' }),
  serviceName: required(5, string, { optional: true }),
  podManagementPolicy: field(6, PodManagementPolicyType),
  updateStrategy: field(7, StatefulSetUpdateStrategy),
  revisionHistoryLimit: optional(8, int32),
  minReadySeconds: field(9, int32),
  persistentVolumeClaimRetentionPolicy: optional(10, StatefulSetPersistentVolumeClaimRetentionPolicy),
  ordinals: optional(11, StatefulSetOrdinals),
}) {}

class StatefulSetCondition extends message('StatefulSetCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

class StatefulSetStatus extends message('StatefulSetStatus', {
  observedGeneration: field(1, int64),
  replicas: required(2, int32),
  readyReplicas: field(3, int32),
  currentReplicas: field(4, int32),
  updatedReplicas: field(5, int32),
  currentRevision: field(6, string),
  updateRevision: field(7, string),
  collisionCount: optional(9, int32),
  conditions: list(10, StatefulSetCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  availableReplicas: required(11, int32, { optional: true }),
}) {}

export class StatefulSet extends object('apps/v1', 'StatefulSet', {
  metadata: field(1, ObjectMeta),
  spec: field(2, StatefulSetSpec),
  status: field(3, StatefulSetStatus),
}) {}

export class StatefulSetList extends object('apps/v1', 'StatefulSetList', {
  metadata: field(1, ListMeta),
  items: list(2, StatefulSet, { always: true }),
}) {}
