import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { BackendRef } from '../shared/references.ts'
import { CommonRouteSpec, RouteStatus } from '../shared/route.ts'

export class TCPRouteRule extends message('TCPRouteRule', {
  name: optional(1, string),
  backendRefs: list(2, BackendRef, { list: 'atomic', required: true }),
}) {}

export class TCPRouteSpec extends message('TCPRouteSpec', {
  common: inline(1, CommonRouteSpec),
  rules: list(3, TCPRouteRule, { list: 'atomic', required: true }),
}) {}

export class TCPRoute extends object('gateway.networking.k8s.io/v1alpha2', 'TCPRoute', {
  metadata: field(1, ObjectMeta),
  spec: required(2, TCPRouteSpec),
  status: field(3, RouteStatus),
}) {}

export class TCPRouteList extends object('gateway.networking.k8s.io/v1alpha2', 'TCPRouteList', {
  metadata: field(1, ListMeta),
  items: list(2, TCPRoute, { always: true }),
}) {}
