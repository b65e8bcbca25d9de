import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int64, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class BoundObjectReference extends message('BoundObjectReference', {
  kind: field(1, string),
  apiVersion: field(2, string),
  name: field(3, string),
  uid: field(4, string, { proto: 'uID' }),
}) {}

class TokenRequestSpec extends message('TokenRequestSpec', {
  audiences: list(1, string, { list: 'atomic', always: true }),
  expirationSeconds: optional(4, int64),
  boundObjectRef: optional(3, BoundObjectReference),
}) {}

class TokenRequestStatus extends message('TokenRequestStatus', {
  token: required(1, string),
  expirationTimestamp: required(2, time),
}) {}

export class TokenRequest extends object('authentication.k8s.io/v1', 'TokenRequest', {
  metadata: field(1, ObjectMeta),
  spec: field(2, TokenRequestSpec, { required: true }),
  status: field(3, TokenRequestStatus),
}) {}
