import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, int64, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { BackendRef } from '../shared/references.ts'
import { CommonRouteSpec, RouteStatus } from '../shared/route.ts'
import { SessionPersistence } from '../shared/session-persistence.ts'
import { HTTPRouteFilter } from './filter.ts'
import { HTTPRouteMatch } from './match.ts'

export class HTTPBackendRef extends message('HTTPBackendRef', {
  backendRef: inline(1, BackendRef),
  filters: list(2, HTTPRouteFilter, { list: 'atomic' }),
}) {}

/** Durations as in `1h30m`: of h, m, s and ms. */
export class HTTPRouteTimeouts extends message('HTTPRouteTimeouts', {
  request: optional(1, string),
  backendRequest: optional(2, string),
}) {}

export class HTTPRouteRetry extends message('HTTPRouteRetry', {
  codes: list(1, int64, { list: 'atomic' }),
  attempts: optional(2, int64),
  backoff: optional(3, string),
}) {}

export class HTTPRouteRule extends message('HTTPRouteRule', {
  name: optional(1, string),
  matches: list(2, HTTPRouteMatch, { list: 'atomic' }),
  filters: list(3, HTTPRouteFilter, { list: 'atomic' }),
  backendRefs: list(4, HTTPBackendRef, { list: 'atomic' }),
  timeouts: optional(5, HTTPRouteTimeouts),
  retry: optional(6, HTTPRouteRetry),
  sessionPersistence: optional(7, SessionPersistence),
}) {}

export class HTTPRouteSpec extends message('HTTPRouteSpec', {
  common: inline(1, CommonRouteSpec),
  hostnames: list(2, string, { list: 'atomic' }),
  rules: list(3, HTTPRouteRule, { list: 'atomic' }),
}) {}

export class HTTPRoute extends object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
  metadata: field(1, ObjectMeta),
  spec: required(2, HTTPRouteSpec),
  status: field(3, RouteStatus),
}) {}

export class HTTPRouteList extends object('gateway.networking.k8s.io/v1', 'HTTPRouteList', {
  metadata: field(1, ListMeta),
  items: list(2, HTTPRoute, { always: true }),
}) {}
