import { Condition } from '#api/meta/condition.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { Listener, ListenerStatus } from '../shared/listener.ts'

export class ParentGatewayReference extends message('ParentGatewayReference', {
  group: optional(1, string),
  kind: optional(2, string),
  name: required(3, string),
  namespace: optional(4, string),
}) {}

export class ListenerSetSpec extends message('ListenerSetSpec', {
  parentRef: required(1, ParentGatewayReference),
  listeners: list(2, Listener, { keys: ['name'], required: true }),
}) {}

export class ListenerSetStatus extends message('ListenerSetStatus', {
  conditions: list(1, Condition, { keys: ['type'] }),
  listeners: list(2, ListenerStatus, { keys: ['name'] }),
}) {}

export class ListenerSet extends object('gateway.networking.k8s.io/v1', 'ListenerSet', {
  metadata: field(1, ObjectMeta),
  spec: required(2, ListenerSetSpec),
  status: field(3, ListenerSetStatus),
}) {}

export class ListenerSetList extends object('gateway.networking.k8s.io/v1', 'ListenerSetList', {
  metadata: field(1, ListMeta),
  items: list(2, ListenerSet, { always: true }),
}) {}
