import { Condition } from '#api/meta/condition.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, int64, intOrString, list, map, oneOf, optional, required, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const UnhealthyPodEvictionPolicyType = oneOf('IfHealthyBudget', 'AlwaysAllow')

class PodDisruptionBudgetSpec extends message('PodDisruptionBudgetSpec', {
  minAvailable: optional(1, intOrString),
  selector: optional(2, LabelSelector, { patch: 'replace' }),
  maxUnavailable: optional(3, intOrString),
  unhealthyPodEvictionPolicy: optional(4, UnhealthyPodEvictionPolicyType),
}) {}

class PodDisruptionBudgetStatus extends message('PodDisruptionBudgetStatus', {
  observedGeneration: field(1, int64),
  disruptedPods: map(2, time),
  disruptionsAllowed: required(3, int32, { optional: true }),
  currentHealthy: required(4, int32, { optional: true }),
  desiredHealthy: required(5, int32, { optional: true }),
  expectedPods: required(6, int32, { optional: true }),
  conditions: list(7, Condition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class PodDisruptionBudget extends object('policy/v1', 'PodDisruptionBudget', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PodDisruptionBudgetSpec),
  status: field(3, PodDisruptionBudgetStatus),
}) {}

export class PodDisruptionBudgetList extends object('policy/v1', 'PodDisruptionBudgetList', {
  metadata: field(1, ListMeta),
  items: list(2, PodDisruptionBudget, { always: true }),
}) {}
