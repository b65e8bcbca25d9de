import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, list, optional } from '#schema/schema.ts'
import { object } from '../group.ts'
import { LocalObjectReference, ObjectReference } from '../references.ts'

export class ServiceAccount extends object('v1', 'ServiceAccount', {
  metadata: field(1, ObjectMeta),
  secrets: list(2, ObjectReference, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  imagePullSecrets: list(3, LocalObjectReference, { list: 'atomic' }),
  automountServiceAccountToken: optional(4, bool),
}) {}

export class ServiceAccountList extends object('v1', 'ServiceAccountList', {
  metadata: field(1, ListMeta),
  items: list(2, ServiceAccount, { always: true }),
}) {}
