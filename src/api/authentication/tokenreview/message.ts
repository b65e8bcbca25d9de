import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, list, map, required, string, strings } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class UserInfo extends message('UserInfo', {
  username: field(1, string),
  uid: field(2, string),
  groups: list(3, string, { list: 'atomic' }),
  extra: map(4, strings),
}) {}

class TokenReviewSpec extends message('TokenReviewSpec', {
  token: field(1, string, { required: true }),
  audiences: list(2, string, { list: 'atomic' }),
}) {}

class TokenReviewStatus extends message('TokenReviewStatus', {
  authenticated: field(1, bool),
  user: field(2, UserInfo),
  audiences: list(4, string, { list: 'atomic' }),
  error: field(3, string),
}) {}

export class TokenReview extends object('authentication.k8s.io/v1', 'TokenReview', {
  metadata: field(1, ObjectMeta),
  spec: required(2, TokenReviewSpec),
  status: field(3, TokenReviewStatus),
}) {}
