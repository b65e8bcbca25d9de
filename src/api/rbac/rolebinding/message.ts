import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, required } from '#schema/schema.ts'
import { object } from '../group.ts'
import { RoleRef, Subject } from '../subject.ts'

export class RoleBinding extends object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
  metadata: field(1, ObjectMeta),
  subjects: list(2, Subject, { list: 'atomic' }),
  roleRef: required(3, RoleRef),
}) {}

export class RoleBindingList extends object('rbac.authorization.k8s.io/v1', 'RoleBindingList', {
  metadata: field(1, ListMeta),
  items: list(2, RoleBinding, { always: true }),
}) {}
