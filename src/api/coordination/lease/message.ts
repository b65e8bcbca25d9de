import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, microTime, optional, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class LeaseSpec extends message('LeaseSpec', {
  holderIdentity: optional(1, string),
  leaseDurationSeconds: optional(2, int32),
  acquireTime: optional(3, microTime),
  renewTime: optional(4, microTime),
  leaseTransitions: optional(5, int32),
  strategy: optional(6, string),
  preferredHolder: optional(7, string),
}) {}

export class Lease extends object('coordination.k8s.io/v1', 'Lease', {
  metadata: field(1, ObjectMeta),
  spec: field(2, LeaseSpec),
}) {}

export class LeaseList extends object('coordination.k8s.io/v1', 'LeaseList', {
  metadata: field(1, ListMeta),
  items: list(2, Lease, { always: true }),
}) {}
