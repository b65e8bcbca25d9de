import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list } from '#schema/schema.ts'
import { object } from '../group.ts'
import { PolicyRule } from '../rule.ts'

export class Role extends object('rbac.authorization.k8s.io/v1', 'Role', {
  metadata: field(1, ObjectMeta),
  rules: list(2, PolicyRule, { list: 'atomic', always: true, optional: true }),
}) {}

export class RoleList extends object('rbac.authorization.k8s.io/v1', 'RoleList', {
  metadata: field(1, ListMeta),
  items: list(2, Role, { always: true }),
}) {}
