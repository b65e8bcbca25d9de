import { Condition } from '#api/meta/condition.ts'
import { list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'
import { ParentReference } from './references.ts'

export const GatewayDefaultScope = oneOf('All', 'None')

/** What all kinds of routes have. */
export class CommonRouteSpec extends message('CommonRouteSpec', {
  parentRefs: list(1, ParentReference, { list: 'atomic' }),
  useDefaultGateways: optional(2, GatewayDefaultScope),
}) {}

export class RouteParentStatus extends message('RouteParentStatus', {
  parentRef: required(1, ParentReference),
  controllerName: required(2, string),
  conditions: list(3, Condition, { keys: ['type'], required: true }),
}) {}

export class RouteStatus extends message('RouteStatus', {
  parents: list(1, RouteParentStatus, { list: 'atomic', required: true }),
}) {}
