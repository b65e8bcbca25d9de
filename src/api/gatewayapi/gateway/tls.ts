import { int32, list, oneOf, optional, required } from '#schema/schema.ts'
import { message } from '../group.ts'
import { ObjectReference, SecretObjectReference } from '../shared/references.ts'

const FrontendValidationModeType = oneOf('AllowValidOnly', 'AllowInsecureFallback')

export class FrontendTLSValidation extends message('FrontendTLSValidation', {
  caCertificateRefs: list(1, ObjectReference, { list: 'atomic', required: true }),
  mode: optional(2, FrontendValidationModeType),
}) {}

export class TLSConfig extends message('TLSConfig', {
  validation: optional(1, FrontendTLSValidation),
}) {}

export class TLSPortConfig extends message('TLSPortConfig', {
  port: required(1, int32),
  tls: required(2, TLSConfig),
}) {}

export class FrontendTLSConfig extends message('FrontendTLSConfig', {
  default: required(1, TLSConfig),
  perPort: list(2, TLSPortConfig, { keys: ['port'] }),
}) {}

export class GatewayBackendTLS extends message('GatewayBackendTLS', {
  clientCertificateRef: optional(1, SecretObjectReference),
}) {}

export class GatewayTLSConfig extends message('GatewayTLSConfig', {
  backend: optional(1, GatewayBackendTLS),
  frontend: optional(2, FrontendTLSConfig),
}) {}
