import { int64, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'
import { BackendObjectReference } from '../shared/references.ts'

const HTTPRouteExternalAuthProtocol = oneOf('HTTP', 'GRPC')

export class GRPCAuthConfig extends message('GRPCAuthConfig', {
  allowedHeaders: list(1, string, { list: 'set' }),
}) {}

export class HTTPAuthConfig extends message('HTTPAuthConfig', {
  path: optional(1, string),
  allowedHeaders: list(2, string, { list: 'set' }),
  allowedResponseHeaders: list(3, string, { list: 'set' }),
}) {}

export class ForwardBodyConfig extends message('ForwardBodyConfig', {
  maxSize: optional(1, int64),
}) {}

export class HTTPExternalAuthFilter extends message('HTTPExternalAuthFilter', {
  protocol: required(1, HTTPRouteExternalAuthProtocol),
  backendRef: required(2, BackendObjectReference),
  grpc: optional(3, GRPCAuthConfig),
  http: optional(4, HTTPAuthConfig),
  forwardBody: optional(5, ForwardBodyConfig),
}) {}
