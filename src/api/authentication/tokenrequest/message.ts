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
  audiences: list(1, string, { list: 'atomic', always: true, optional: true }),
  expirationSeconds: optional(4, int64, { always: true, optional: true }),
  boundObjectRef: optional(3, BoundObjectReference, { always: true, optional: true }),
}) {}

class TokenRequestStatus extends message('TokenRequestStatus', {
  token: required(1, string, { optional: true }),
  expirationTimestamp: required(2, time, { optional: true }),
}) {}

export class TokenRequest extends object('authentication.k8s.io/v1', 'TokenRequest', {
  metadata: field(1, ObjectMeta),
  spec: required(2, TokenRequestSpec, { optional: true }),
  status: field(3, TokenRequestStatus),
}) {}
