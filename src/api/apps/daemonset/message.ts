import { PodTemplateSpec } from '#api/core/pod/template.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, intOrString, list, oneOf, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const DaemonSetUpdateStrategyType = oneOf('RollingUpdate', 'OnDelete')

class RollingUpdateDaemonSet extends message('RollingUpdateDaemonSet', {
  maxUnavailable: optional(1, intOrString),
  maxSurge: optional(2, intOrString),
}) {}

class DaemonSetUpdateStrategy extends message('DaemonSetUpdateStrategy', {
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

class DaemonSetCondition extends message('DaemonSetCondition', {
  type: required(1, string),
  status: required(2, string),
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

export class DaemonSet extends object('apps/v1', 'DaemonSet', {
  metadata: field(1, ObjectMeta),
  spec: field(2, DaemonSetSpec),
  status: field(3, DaemonSetStatus),
}) {}

export class DaemonSetList extends object('apps/v1', 'DaemonSetList', {
  metadata: field(1, ListMeta),
  items: list(2, DaemonSet, { always: true }),
}) {}
