import { FieldSelectorRequirement, LabelSelectorRequirement } from '#api/meta/label-selector.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, list, map, optional, required, string, strings } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class FieldSelectorAttributes extends message('FieldSelectorAttributes', {
  rawSelector: field(1, string),
  requirements: list(2, FieldSelectorRequirement, { list: 'atomic' }),
}) {}

class LabelSelectorAttributes extends message('LabelSelectorAttributes', {
  rawSelector: field(1, string),
  requirements: list(2, LabelSelectorRequirement, { list: 'atomic' }),
}) {}

export class ResourceAttributes extends message('ResourceAttributes', {
  namespace: field(1, string),
  verb: field(2, string),
  group: field(3, string),
  version: field(4, string),
  resource: field(5, string),
  subresource: field(6, string),
  name: field(7, string),
  fieldSelector: optional(8, FieldSelectorAttributes),
  labelSelector: optional(9, LabelSelectorAttributes),
}) {}

export class NonResourceAttributes extends message('NonResourceAttributes', {
  path: field(1, string),
  verb: field(2, string),
}) {}

class SubjectAccessReviewSpec extends message('SubjectAccessReviewSpec', {
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
  user: field(3, string),
  groups: list(4, string, { list: 'atomic' }),
  extra: map(5, strings),
  uid: field(6, string),
}) {}

export class SubjectAccessReviewStatus extends message('SubjectAccessReviewStatus', {
  allowed: required(1, bool),
  denied: field(4, bool),
  reason: field(2, string),
  evaluationError: field(3, string),
}) {}

export class SubjectAccessReview extends object('authorization.k8s.io/v1', 'SubjectAccessReview', {
  metadata: field(1, ObjectMeta),
  spec: required(2, SubjectAccessReviewSpec),
  status: field(3, SubjectAccessReviewStatus),
}) {}

export class LocalSubjectAccessReview extends object('authorization.k8s.io/v1', 'LocalSubjectAccessReview', {
  metadata: field(1, ObjectMeta),
  spec: required(2, SubjectAccessReviewSpec),
  status: field(3, SubjectAccessReviewStatus),
}) {}
