import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { BackendRef } from '../shared/references.ts'
import { CommonRouteSpec, RouteStatus } from '../shared/route.ts'

export class UDPRouteRule extends message('UDPRouteRule', {
  name: optional(1, string),
  backendRefs: list(2, BackendRef, { list: 'atomic', required: true }),
}) {}

export class UDPRouteSpec extends message('UDPRouteSpec', {
  common: inline(1, CommonRouteSpec),
  rules: list(3, UDPRouteRule, { list: 'atomic', required: true }),
}) {}

export class UDPRoute extends object('gateway.networking.k8s.io/v1alpha2', 'UDPRoute', {
  metadata: field(1, ObjectMeta),
  spec: required(2, UDPRouteSpec),
  status: field(3, RouteStatus),
}) {}

export class UDPRouteList extends object('gateway.networking.k8s.io/v1alpha2', 'UDPRouteList', {
  metadata: field(1, ListMeta),
  items: list(2, UDPRoute, { always: true }),
}) {}
