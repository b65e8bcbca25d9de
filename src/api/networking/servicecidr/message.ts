import { Condition } from '#api/meta/condition.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class ServiceCIDRSpec extends message('ServiceCIDRSpec', {
  cidrs: list(1, string, { list: 'atomic' }),
}) {}

class ServiceCIDRStatus extends message('ServiceCIDRStatus', {
  conditions: list(1, Condition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ServiceCIDR extends object('networking.k8s.io/v1', 'ServiceCIDR', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ServiceCIDRSpec),
  status: field(3, ServiceCIDRStatus),
}) {}

export class ServiceCIDRList extends object('networking.k8s.io/v1', 'ServiceCIDRList', {
  metadata: field(1, ListMeta),
  items: list(2, ServiceCIDR, { always: true }),
}) {}
