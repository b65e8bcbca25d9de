import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { HTTPHeaderFilter } from '../shared/header-filter.ts'
import { BackendRef, LocalObjectReference } from '../shared/references.ts'
import { HTTPRequestMirrorFilter } from '../shared/request-mirror.ts'
import { CommonRouteSpec, RouteStatus } from '../shared/route.ts'
import { SessionPersistence } from '../shared/session-persistence.ts'

const MatchType = oneOf('Exact', 'RegularExpression')
const GRPCRouteFilterType = oneOf('ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef')

export class GRPCMethodMatch extends message('GRPCMethodMatch', {
  type: optional(1, MatchType),
  service: optional(2, string),
  method: optional(3, string),
}) {}

export class GRPCHeaderMatch extends message('GRPCHeaderMatch', {
  type: optional(1, MatchType),
  name: required(2, string),
  value: required(3, string),
}) {}

export class GRPCRouteMatch extends message('GRPCRouteMatch', {
  method: optional(1, GRPCMethodMatch),
  headers: list(2, GRPCHeaderMatch, { keys: ['name'] }),
}) {}

export class GRPCRouteFilter extends message('GRPCRouteFilter', {
  type: required(1, GRPCRouteFilterType),
  requestHeaderModifier: optional(2, HTTPHeaderFilter),
  responseHeaderModifier: optional(3, HTTPHeaderFilter),
  requestMirror: optional(4, HTTPRequestMirrorFilter),
  extensionRef: optional(5, LocalObjectReference),
}) {}

export class GRPCBackendRef extends message('GRPCBackendRef', {
  backendRef: inline(1, BackendRef),
  filters: list(2, GRPCRouteFilter, { list: 'atomic' }),
}) {}

export class GRPCRouteRule extends message('GRPCRouteRule', {
  name: optional(1, string),
  matches: list(2, GRPCRouteMatch, { list: 'atomic' }),
  filters: list(3, GRPCRouteFilter, { list: 'atomic' }),
  backendRefs: list(4, GRPCBackendRef, { list: 'atomic' }),
  sessionPersistence: optional(5, SessionPersistence),
}) {}

export class GRPCRouteSpec extends message('GRPCRouteSpec', {
  common: inline(1, CommonRouteSpec),
  hostnames: list(2, string, { list: 'atomic' }),
  rules: list(3, GRPCRouteRule, { list: 'atomic' }),
}) {}

export class GRPCRoute extends object('gateway.networking.k8s.io/v1', 'GRPCRoute', {
  metadata: field(1, ObjectMeta),
  spec: required(2, GRPCRouteSpec),
  status: field(3, RouteStatus),
}) {}

export class GRPCRouteList extends object('gateway.networking.k8s.io/v1', 'GRPCRouteList', {
  metadata: field(1, ListMeta),
  items: list(2, GRPCRoute, { always: true }),
}) {}
