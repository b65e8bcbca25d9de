import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { UserInfo } from '../tokenreview/message.ts'

class SelfSubjectReviewStatus extends message('SelfSubjectReviewStatus', {
  userInfo: field(1, UserInfo),
}) {}

export class SelfSubjectReview extends object('authentication.k8s.io/v1', 'SelfSubjectReview', {
  metadata: field(1, ObjectMeta),
  status: field(2, SelfSubjectReviewStatus),
}) {}
