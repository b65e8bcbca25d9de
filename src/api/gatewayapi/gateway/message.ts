import { Condition } from '#api/meta/condition.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { Listener, ListenerStatus } from '../shared/listener.ts'
import { LocalParametersReference } from '../shared/references.ts'
import { GatewayDefaultScope } from '../shared/route.ts'
import { GatewayTLSConfig } from './tls.ts'

const FromNamespaces = oneOf('All', 'Selector', 'Same', 'None')

export class ListenerNamespaces extends message('ListenerNamespaces', {
  from: optional(1, FromNamespaces),
  selector: optional(2, LabelSelector),
}) {}

/** Whose ListenerSets may add listeners. */
export class AllowedListeners extends message('AllowedListeners', {
  namespaces: optional(1, ListenerNamespaces),
}) {}

export class GatewaySpecAddress extends message('GatewaySpecAddress', {
  type: optional(1, string),
  value: optional(2, string),
}) {}

export class GatewayStatusAddress extends message('GatewayStatusAddress', {
  type: optional(1, string),
  value: required(2, string),
}) {}

/** For what is made for a Gateway. */
export class GatewayInfrastructure extends message('GatewayInfrastructure', {
  labels: map(1, string),
  annotations: map(2, string),
  parametersRef: optional(3, LocalParametersReference),
}) {}

export class GatewaySpec extends message('GatewaySpec', {
  gatewayClassName: required(1, string),
  listeners: list(2, Listener, { keys: ['name'], required: true }),
  addresses: list(3, GatewaySpecAddress, { list: 'atomic' }),
  infrastructure: optional(4, GatewayInfrastructure),
  allowedListeners: optional(5, AllowedListeners),
  tls: optional(6, GatewayTLSConfig),
  defaultScope: optional(7, GatewayDefaultScope),
}) {}

export class GatewayStatus extends message('GatewayStatus', {
  addresses: list(1, GatewayStatusAddress, { list: 'atomic' }),
  conditions: list(2, Condition, { keys: ['type'] }),
  listeners: list(3, ListenerStatus, { keys: ['name'] }),
  attachedListenerSets: optional(4, int32),
}) {}

export class Gateway extends object('gateway.networking.k8s.io/v1', 'Gateway', {
  metadata: field(1, ObjectMeta),
  spec: required(2, GatewaySpec),
  status: field(3, GatewayStatus),
}) {}

export class GatewayList extends object('gateway.networking.k8s.io/v1', 'GatewayList', {
  metadata: field(1, ListMeta),
  items: list(2, Gateway, { always: true }),
}) {}
