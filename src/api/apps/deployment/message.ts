import { PodTemplateSpec } from '#api/core/pod/template.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import {
  bool,
  field,
  int32,
  int64,
  intOrString,
  list,
  oneOf,
  optional,
  required,
  string,
  time,
} from '#schema/schema.ts'
import { message, object } from '../group.ts'

const DeploymentStrategyType = oneOf('Recreate', 'RollingUpdate')

class RollingUpdateDeployment extends message('RollingUpdateDeployment', {
  maxUnavailable: optional(1, intOrString),
  maxSurge: optional(2, intOrString),
}) {}

class DeploymentStrategy extends message('DeploymentStrategy', {
  type: field(1, DeploymentStrategyType),
  rollingUpdate: optional(2, RollingUpdateDeployment),
}) {}

class DeploymentSpec extends message('DeploymentSpec', {
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
  type: required(1, string),
  status: required(2, string),
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

export class Deployment extends object('apps/v1', 'Deployment', {
  metadata: field(1, ObjectMeta),
  spec: field(2, DeploymentSpec),
  status: field(3, DeploymentStatus),
}) {}

export class DeploymentList extends object('apps/v1', 'DeploymentList', {
  metadata: field(1, ListMeta),
  items: list(2, Deployment, { always: true }),
}) {}
