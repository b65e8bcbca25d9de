import { Condition } from '#api/meta/condition.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { ParametersReference } from '../shared/references.ts'

export class GatewayClassSpec extends message('GatewayClassSpec', {
  controllerName: required(1, string),
  parametersRef: optional(2, ParametersReference),
  description: optional(3, string),
}) {}

export class SupportedFeature extends message('SupportedFeature', {
  name: required(1, string),
}) {}

export class GatewayClassStatus extends message('GatewayClassStatus', {
  conditions: list(1, Condition, { keys: ['type'] }),
  supportedFeatures: list(2, SupportedFeature, { keys: ['name'] }),
}) {}

export class GatewayClass extends object('gateway.networking.k8s.io/v1', 'GatewayClass', {
  metadata: field(1, ObjectMeta),
  spec: required(2, GatewayClassSpec),
  status: field(3, GatewayClassStatus),
}) {}

export class GatewayClassList extends object('gateway.networking.k8s.io/v1', 'GatewayClassList', {
  metadata: field(1, ListMeta),
  items: list(2, GatewayClass, { always: true }),
}) {}
