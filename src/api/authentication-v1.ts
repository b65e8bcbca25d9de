import {
  bool,
  field,
  int64,
  kind,
  list,
  map,
  message,
  optional,
  required,
  string,
  strings,
  time,
} from '#schema/schema.ts'
import { ObjectMeta } from './meta-v1.ts'

export class UserInfo extends message('UserInfo', {
  username: field(1, string),
  uid: field(2, string),
  groups: list(3, string, { list: 'atomic' }),
  extra: map(4, strings),
}) {}

export class TokenReviewSpec extends message('TokenReviewSpec', {
  token: field(1, string),
  audiences: list(2, string, { list: 'atomic' }),
}) {}

export class TokenReviewStatus extends message('TokenReviewStatus', {
  authenticated: field(1, bool),
  user: field(2, UserInfo),
  error: field(3, string),
  audiences: list(4, string, { list: 'atomic' }),
}) {}

export class TokenReview extends kind('authentication.k8s.io/v1', 'TokenReview', {
  metadata: field(1, ObjectMeta),
  spec: field(2, TokenReviewSpec, { required: true }),
  status: field(3, TokenReviewStatus),
}) {}

export class BoundObjectReference extends message('BoundObjectReference', {
  kind: field(1, string),
  apiVersion: field(2, string),
  name: field(3, string),
  uid: field(4, string, { proto: 'uID' }),
}) {}

export class TokenRequestSpec extends message('TokenRequestSpec', {
  audiences: list(1, string, { list: 'atomic', always: true }),
  expirationSeconds: optional(4, int64),
  boundObjectRef: optional(3, BoundObjectReference),
}) {}

export class TokenRequestStatus extends message('TokenRequestStatus', {
  token: required(1, string),
  expirationTimestamp: required(2, time),
}) {}

export class TokenRequest extends kind('authentication.k8s.io/v1', 'TokenRequest', {
  metadata: field(1, ObjectMeta),
  spec: field(2, TokenRequestSpec, { required: true }),
  status: field(3, TokenRequestStatus),
}) {}

export class SelfSubjectReviewStatus extends message('SelfSubjectReviewStatus', {
  userInfo: field(1, UserInfo),
}) {}

export class SelfSubjectReview extends kind('authentication.k8s.io/v1', 'SelfSubjectReview', {
  metadata: field(1, ObjectMeta),
  status: field(2, SelfSubjectReviewStatus),
}) {}
