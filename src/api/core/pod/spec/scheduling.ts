import { LabelSelector } from '#api/meta/label-selector.ts'
import { field, int32, int64, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { TaintEffect } from '../../node/taint.ts'

const TolerationOperator = oneOf('Exists', 'Equal', 'Lt', 'Gt')
const UnsatisfiableConstraintAction = oneOf('DoNotSchedule', 'ScheduleAnyway')
const NodeInclusionPolicy = oneOf('Ignore', 'Honor')

export class Toleration extends message('Toleration', {
  key: field(1, string),
  operator: field(2, TolerationOperator),
  value: field(3, string),
  effect: field(4, TaintEffect),
  tolerationSeconds: optional(5, int64),
}) {}

export class TopologySpreadConstraint extends message('TopologySpreadConstraint', {
  maxSkew: required(1, int32),
  topologyKey: required(2, string),
  whenUnsatisfiable: required(3, UnsatisfiableConstraintAction),
  labelSelector: optional(4, LabelSelector),
  minDomains: optional(5, int32),
  nodeAffinityPolicy: optional(6, NodeInclusionPolicy),
  nodeTaintsPolicy: optional(7, NodeInclusionPolicy),
  matchLabelKeys: list(8, string, { list: 'atomic' }),
}) {}
