import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class ReferenceGrantFrom extends message('ReferenceGrantFrom', {
  group: required(1, string),
  kind: required(2, string),
  namespace: required(3, string),
}) {}

export class ReferenceGrantTo extends message('ReferenceGrantTo', {
  group: required(1, string),
  kind: required(2, string),
  name: optional(3, string),
}) {}

export class ReferenceGrantSpec extends message('ReferenceGrantSpec', {
  from: list(1, ReferenceGrantFrom, { list: 'atomic', required: true }),
  to: list(2, ReferenceGrantTo, { list: 'atomic', required: true }),
}) {}

export class ReferenceGrant extends object('gateway.networking.k8s.io/v1', 'ReferenceGrant', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ReferenceGrantSpec),
}) {}

export class ReferenceGrantList extends object('gateway.networking.k8s.io/v1', 'ReferenceGrantList', {
  metadata: field(1, ListMeta),
  items: list(2, ReferenceGrant, { always: true }),
}) {}
