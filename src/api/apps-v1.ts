import {
  bool,
  field,
  type Infer,
  int32,
  int64,
  intOrString,
  kind,
  list,
  message,
  oneOf,
  optional,
  rawExtension,
  required,
  string,
  time,
} from '#schema/schema.ts'
import { PersistentVolumeClaim, PodTemplateSpec } from './core-v1.ts'
import { LabelSelector, ListMeta, ObjectMeta } from './meta-v1.ts'

export const DaemonSetUpdateStrategyType = oneOf('RollingUpdate', 'OnDelete')
export type DaemonSetUpdateStrategyType = Infer<typeof DaemonSetUpdateStrategyType>
export const DeploymentStrategyType = oneOf('Recreate', 'RollingUpdate')
export type DeploymentStrategyType = Infer<typeof DeploymentStrategyType>
export const StatefulSetUpdateStrategyType = oneOf('RollingUpdate', 'OnDelete', 'Recreate')
export type StatefulSetUpdateStrategyType = Infer<typeof StatefulSetUpdateStrategyType>
export const PodManagementPolicyType = oneOf('OrderedReady', 'Parallel')
export type PodManagementPolicyType = Infer<typeof PodManagementPolicyType>

export class ControllerRevision extends kind('apps/v1', 'ControllerRevision', {
  metadata: field(1, ObjectMeta),
  data: required(2, rawExtension),
  revision: required(3, int64, { optional: true }),
}) {}

export class ControllerRevisionList extends kind('apps/v1', 'ControllerRevisionList', {
  metadata: field(1, ListMeta),
  items: list(2, ControllerRevision, { always: true }),
}) {}

export class RollingUpdateDaemonSet extends message('RollingUpdateDaemonSet', {
  maxUnavailable: optional(1, intOrString),
  maxSurge: optional(2, intOrString),
}) {}

export class DaemonSetUpdateStrategy extends message('DaemonSetUpdateStrategy', {
  type: field(1, DaemonSetUpdateStrategyType),
  rollingUpdate: optional(2, RollingUpdateDaemonSet),
}) {}

export class DaemonSetSpec extends message('DaemonSetSpec', {
  selector: optional(1, LabelSelector, { always: true }),
  template: required(2, PodTemplateSpec),
  updateStrategy: field(3, DaemonSetUpdateStrategy),
  minReadySeconds: field(4, int32),
  revisionHistoryLimit: optional(6, int32),
}) {}

export class DaemonSetCondition extends message('DaemonSetCondition', {
  type: required(1, string, { optional: true }),
  status: required(2, string, { optional: true }),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

export class DaemonSetStatus extends message('DaemonSetStatus', {
  currentNumberScheduled: required(1, int32),
  numberMisscheduled: required(2, int32),
  desiredNumberScheduled: required(3, int32),
  numberReady: required(4, int32),
  observedGeneration: field(5, int64),
  updatedNumberScheduled: field(6, int32),
  numberAvailable: field(7, int32),
  numberUnavailable: field(8, int32),
  collisionCount: optional(9, int32),
  conditions: list(10, DaemonSetCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class DaemonSet extends kind('apps/v1', 'DaemonSet', {
  metadata: field(1, ObjectMeta),
  spec: field(2, DaemonSetSpec),
  status: field(3, DaemonSetStatus),
}) {}

export class DaemonSetList extends kind('apps/v1', 'DaemonSetList', {
  metadata: field(1, ListMeta),
  items: list(2, DaemonSet, { always: true }),
}) {}

export class RollingUpdateDeployment extends message('RollingUpdateDeployment', {
  maxUnavailable: optional(1, intOrString),
  maxSurge: optional(2, intOrString),
}) {}

export class DeploymentStrategy extends message('DeploymentStrategy', {
  type: field(1, DeploymentStrategyType),
  rollingUpdate: optional(2, RollingUpdateDeployment),
}) {}

export class DeploymentSpec extends message('DeploymentSpec', {
  replicas: optional(1, int32),
  selector: optional(2, LabelSelector, { always: true }),
  template: required(3, PodTemplateSpec),
  strategy: field(4, DeploymentStrategy, { patch: 'retainKeys' }),
  minReadySeconds: field(5, int32),
  revisionHistoryLimit: optional(6, int32),
  paused: field(7, bool),
  progressDeadlineSeconds: optional(9, int32),
}) {}

export class DeploymentCondition extends message('DeploymentCondition', {
  type: required(1, string, { optional: true }),
  status: required(2, string, { optional: true }),
  lastUpdateTime: field(6, time),
  lastTransitionTime: field(7, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

export class DeploymentStatus extends message('DeploymentStatus', {
  observedGeneration: field(1, int64),
  replicas: field(2, int32),
  updatedReplicas: field(3, int32),
  readyReplicas: field(7, int32),
  availableReplicas: field(4, int32),
  unavailableReplicas: field(5, int32),
  terminatingReplicas: optional(9, int32),
  conditions: list(6, DeploymentCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  collisionCount: optional(8, int32),
}) {}

export class Deployment extends kind('apps/v1', 'Deployment', {
  metadata: field(1, ObjectMeta),
  spec: field(2, DeploymentSpec),
  status: field(3, DeploymentStatus),
}) {}

export class DeploymentList extends kind('apps/v1', 'DeploymentList', {
  metadata: field(1, ListMeta),
  items: list(2, Deployment, { always: true }),
}) {}

export class ReplicaSetSpec extends message('ReplicaSetSpec', {
  replicas: optional(1, int32),
  minReadySeconds: field(4, int32),
  selector: optional(2, LabelSelector, { always: true }),
  template: field(3, PodTemplateSpec),
}) {}

export class ReplicaSetCondition extends message('ReplicaSetCondition', {
  type: required(1, string, { optional: true }),
  status: required(2, string, { optional: true }),
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

export class ReplicaSet extends kind('apps/v1', 'ReplicaSet', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ReplicaSetSpec),
  status: field(3, ReplicaSetStatus),
}) {}

export class ReplicaSetList extends kind('apps/v1', 'ReplicaSetList', {
  metadata: field(1, ListMeta),
  items: list(2, ReplicaSet, { always: true }),
}) {}

export class RollingUpdateStatefulSetStrategy extends message('RollingUpdateStatefulSetStrategy', {
  partition: optional(1, int32),
  maxUnavailable: optional(2, intOrString),
}) {}

export class StatefulSetUpdateStrategy extends message('StatefulSetUpdateStrategy', {
  type: field(1, StatefulSetUpdateStrategyType),
  rollingUpdate: optional(2, RollingUpdateStatefulSetStrategy),
}) {}

export class StatefulSetPersistentVolumeClaimRetentionPolicy extends message(
  'StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: field(1, string),
    whenScaled: field(2, string),
  },
) {}

export class StatefulSetOrdinals extends message('StatefulSetOrdinals', {
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

export class StatefulSetCondition extends message('StatefulSetCondition', {
  type: required(1, string, { optional: true }),
  status: required(2, string, { optional: true }),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

export class StatefulSetStatus extends message('StatefulSetStatus', {
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

export class StatefulSet extends kind('apps/v1', 'StatefulSet', {
  metadata: field(1, ObjectMeta),
  spec: field(2, StatefulSetSpec),
  status: field(3, StatefulSetStatus),
}) {}

export class StatefulSetList extends kind('apps/v1', 'StatefulSetList', {
  metadata: field(1, ListMeta),
  items: list(2, StatefulSet, { always: true }),
}) {}
