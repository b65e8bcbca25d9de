import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class IngressClassParametersReference extends message('IngressClassParametersReference', {
  apiGroup: optional(1, string, { proto: 'aPIGroup' }),
  kind: required(2, string),
  name: required(3, string),
  scope: optional(4, string, { always: true, optional: true }),
  namespace: optional(5, string),
}) {}

class IngressClassSpec extends message('IngressClassSpec', {
  controller: field(1, string),
  parameters: optional(2, IngressClassParametersReference),
}) {}

export class IngressClass extends object('networking.k8s.io/v1', 'IngressClass', {
  metadata: field(1, ObjectMeta),
  spec: field(2, IngressClassSpec),
}) {}

export class IngressClassList extends object('networking.k8s.io/v1', 'IngressClassList', {
  metadata: field(1, ListMeta),
  items: list(2, IngressClass, { always: true }),
}) {}
