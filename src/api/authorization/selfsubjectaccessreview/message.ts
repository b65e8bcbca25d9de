import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, optional, required } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { NonResourceAttributes, ResourceAttributes, SubjectAccessReviewStatus } from '../subjectaccessreview/message.ts'

class SelfSubjectAccessReviewSpec extends message('SelfSubjectAccessReviewSpec', {
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
}) {}

export class SelfSubjectAccessReview extends object('authorization.k8s.io/v1', 'SelfSubjectAccessReview', {
  metadata: field(1, ObjectMeta),
  spec: required(2, SelfSubjectAccessReviewSpec),
  status: field(3, SubjectAccessReviewStatus),
}) {}
