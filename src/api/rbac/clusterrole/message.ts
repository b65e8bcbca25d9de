import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { PolicyRule } from '../rule.ts'

class AggregationRule extends message('AggregationRule', {
  clusterRoleSelectors: list(1, LabelSelector, { list: 'atomic' }),
}) {}

export class ClusterRole extends object('rbac.authorization.k8s.io/v1', 'ClusterRole', {
  metadata: field(1, ObjectMeta),
  rules: list(2, PolicyRule, { list: 'atomic', always: true, optional: true }),
  aggregationRule: optional(3, AggregationRule),
}) {}

export class ClusterRoleList extends object('rbac.authorization.k8s.io/v1', 'ClusterRoleList', {
  metadata: field(1, ListMeta),
  items: list(2, ClusterRole, { always: true }),
}) {}
