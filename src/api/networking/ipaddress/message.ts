import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class ParentReference extends message('ParentReference', {
  group: field(1, string),
  resource: field(2, string, { required: true }),
  namespace: field(3, string),
  name: field(4, string, { required: true }),
}) {}

class IPAddressSpec extends message('IPAddressSpec', {
  parentRef: optional(1, ParentReference, { required: true }),
}) {}

export class IPAddress extends object('networking.k8s.io/v1', 'IPAddress', {
  metadata: field(1, ObjectMeta),
  spec: field(2, IPAddressSpec, { required: true }),
}) {}

export class IPAddressList extends object('networking.k8s.io/v1', 'IPAddressList', {
  metadata: field(1, ListMeta),
  items: list(2, IPAddress, { always: true }),
}) {}
