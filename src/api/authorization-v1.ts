import { bool, field, kind, list, map, message, optional, required, string, strings } from '#schema/schema.ts'
import { FieldSelectorRequirement, LabelSelectorRequirement, ObjectMeta } from './meta-v1.ts'

export class FieldSelectorAttributes extends message('FieldSelectorAttributes', {
  rawSelector: field(1, string),
  requirements: list(2, FieldSelectorRequirement, { list: 'atomic' }),
}) {}

export class LabelSelectorAttributes extends message('LabelSelectorAttributes', {
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

export class SubjectAccessReviewSpec extends message('SubjectAccessReviewSpec', {
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

export class SubjectAccessReview extends kind('authorization.k8s.io/v1', 'SubjectAccessReview', {
  metadata: field(1, ObjectMeta),
  spec: field(2, SubjectAccessReviewSpec, { required: true }),
  status: field(3, SubjectAccessReviewStatus),
}) {}

export class LocalSubjectAccessReview extends kind('authorization.k8s.io/v1', 'LocalSubjectAccessReview', {
  metadata: field(1, ObjectMeta),
  spec: field(2, SubjectAccessReviewSpec, { required: true }),
  status: field(3, SubjectAccessReviewStatus),
}) {}

export class SelfSubjectAccessReviewSpec extends message('SelfSubjectAccessReviewSpec', {
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
}) {}

export class SelfSubjectAccessReview extends kind('authorization.k8s.io/v1', 'SelfSubjectAccessReview', {
  metadata: field(1, ObjectMeta),
  spec: field(2, SelfSubjectAccessReviewSpec, { required: true }),
  status: field(3, SubjectAccessReviewStatus),
}) {}

export class ResourceRule extends message('ResourceRule', {
  verbs: list(1, string, { list: 'atomic', always: true }),
  apiGroups: list(2, string, { list: 'atomic' }),
  resources: list(3, string, { list: 'atomic' }),
  resourceNames: list(4, string, { list: 'atomic' }),
}) {}

export class NonResourceRule extends message('NonResourceRule', {
  verbs: list(1, string, { list: 'atomic', always: true }),
  nonResourceURLs: list(2, string, { list: 'atomic' }),
}) {}

export class SubjectRulesReviewStatus extends message('SubjectRulesReviewStatus', {
  resourceRules: list(1, ResourceRule, { list: 'atomic', always: true }),
  nonResourceRules: list(2, NonResourceRule, { list: 'atomic', always: true }),
  incomplete: required(3, bool),
  evaluationError: field(4, string),
}) {}

export class SelfSubjectRulesReviewSpec extends message('SelfSubjectRulesReviewSpec', {
  namespace: field(1, string),
}) {}

export class SelfSubjectRulesReview extends kind('authorization.k8s.io/v1', 'SelfSubjectRulesReview', {
  metadata: field(1, ObjectMeta),
  spec: field(2, SelfSubjectRulesReviewSpec, { required: true }),
  status: field(3, SubjectRulesReviewStatus),
}) {}
