import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, list, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class ResourceRule extends message('ResourceRule', {
  verbs: list(1, string, { list: 'atomic', always: true }),
  apiGroups: list(2, string, { list: 'atomic' }),
  resources: list(3, string, { list: 'atomic' }),
  resourceNames: list(4, string, { list: 'atomic' }),
}) {}

class NonResourceRule extends message('NonResourceRule', {
  verbs: list(1, string, { list: 'atomic', always: true }),
  nonResourceURLs: list(2, string, { list: 'atomic' }),
}) {}

class SubjectRulesReviewStatus extends message('SubjectRulesReviewStatus', {
  resourceRules: list(1, ResourceRule, { list: 'atomic', always: true }),
  nonResourceRules: list(2, NonResourceRule, { list: 'atomic', always: true }),
  incomplete: required(3, bool),
  evaluationError: field(4, string),
}) {}

class SelfSubjectRulesReviewSpec extends message('SelfSubjectRulesReviewSpec', {
  namespace: field(1, string),
}) {}

export class SelfSubjectRulesReview extends object('authorization.k8s.io/v1', 'SelfSubjectRulesReview', {
  metadata: field(1, ObjectMeta),
  spec: required(2, SelfSubjectRulesReviewSpec),
  status: field(3, SubjectRulesReviewStatus),
}) {}
