import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, list, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { CommonRouteSpec, RouteStatus } from '../shared/route.ts'
import { TLSRouteRule } from './message.ts'

/** As it was: hostnames may be left out, and rules be many. */
export class TLSRouteSpecV1alpha2 extends message('TLSRouteSpec', {
  common: inline(1, CommonRouteSpec),
  hostnames: list(2, string, { list: 'atomic' }),
  rules: list(3, TLSRouteRule, { list: 'atomic', required: true }),
}) {}

export class TLSRouteV1alpha2 extends object('gateway.networking.k8s.io/v1alpha2', 'TLSRoute', {
  metadata: field(1, ObjectMeta),
  spec: required(2, TLSRouteSpecV1alpha2),
  status: field(3, RouteStatus),
}) {}
