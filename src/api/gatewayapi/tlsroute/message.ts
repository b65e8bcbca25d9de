import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { BackendRef } from '../shared/references.ts'
import { CommonRouteSpec, RouteStatus } from '../shared/route.ts'

export class TLSRouteRule extends message('TLSRouteRule', {
  name: optional(1, string),
  backendRefs: list(2, BackendRef, { list: 'atomic', required: true }),
}) {}

export class TLSRouteSpec extends message('TLSRouteSpec', {
  common: inline(1, CommonRouteSpec),
  hostnames: list(2, string, { list: 'atomic', required: true }),
  rules: list(3, TLSRouteRule, { list: 'atomic', required: true }),
}) {}

export class TLSRoute extends object('gateway.networking.k8s.io/v1', 'TLSRoute', {
  metadata: field(1, ObjectMeta),
  spec: required(2, TLSRouteSpec),
  status: field(3, RouteStatus),
}) {}

export class TLSRouteList extends object('gateway.networking.k8s.io/v1', 'TLSRouteList', {
  metadata: field(1, ListMeta),
  items: list(2, TLSRoute, { always: true }),
}) {}
