import { Condition } from '#api/meta/condition.ts'
import { LabelSelector } from '#api/meta/label-selector.ts'
import { int32, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'
import { SecretObjectReference } from './references.ts'

const FromNamespaces = oneOf('All', 'Selector', 'Same')
const TLSModeType = oneOf('Terminate', 'Passthrough')

export class RouteGroupKind extends message('RouteGroupKind', {
  group: optional(1, string),
  kind: required(2, string),
}) {}

export class RouteNamespaces extends message('RouteNamespaces', {
  from: optional(1, FromNamespaces),
  selector: optional(2, LabelSelector),
}) {}

export class AllowedRoutes extends message('AllowedRoutes', {
  namespaces: optional(1, RouteNamespaces),
  kinds: list(2, RouteGroupKind, { list: 'atomic' }),
}) {}

export class ListenerTLSConfig extends message('ListenerTLSConfig', {
  mode: optional(1, TLSModeType),
  certificateRefs: list(2, SecretObjectReference, { list: 'atomic' }),
  options: map(3, string),
}) {}

/** Of a Gateway, and of a ListenerSet, where Go calls it ListenerEntry. */
export class Listener extends message('Listener', {
  name: required(1, string),
  hostname: optional(2, string),
  port: required(3, int32),
  protocol: required(4, string),
  tls: optional(5, ListenerTLSConfig),
  allowedRoutes: optional(6, AllowedRoutes),
}) {}

/** Of a Gateway, and of a ListenerSet, where Go calls it ListenerEntryStatus. */
export class ListenerStatus extends message('ListenerStatus', {
  name: required(1, string),
  supportedKinds: list(2, RouteGroupKind, { list: 'atomic' }),
  attachedRoutes: required(3, int32),
  conditions: list(4, Condition, { keys: ['type'], required: true }),
}) {}
