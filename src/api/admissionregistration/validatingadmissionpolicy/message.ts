import { Condition } from '#api/meta/condition.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int64, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { MatchCondition, MatchResources } from '../match.ts'
import { FailurePolicyType, ParamKind, Variable } from '../policy.ts'

class Validation extends message('Validation', {
  expression: required(1, string, { proto: 'Expression' }),
  message: field(2, string),
  reason: optional(3, string),
  messageExpression: field(4, string),
}) {}

class AuditAnnotation extends message('AuditAnnotation', {
  key: required(1, string),
  valueExpression: required(2, string),
}) {}

class ValidatingAdmissionPolicySpec extends message('ValidatingAdmissionPolicySpec', {
  paramKind: optional(1, ParamKind),
  matchConstraints: optional(2, MatchResources),
  validations: list(3, Validation, { list: 'atomic' }),
  failurePolicy: optional(4, FailurePolicyType),
  auditAnnotations: list(5, AuditAnnotation, { list: 'atomic' }),
  matchConditions: list(6, MatchCondition, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  variables: list(7, Variable, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}

class ExpressionWarning extends message('ExpressionWarning', {
  fieldRef: required(2, string),
  warning: required(3, string),
}) {}

class TypeChecking extends message('TypeChecking', {
  expressionWarnings: list(1, ExpressionWarning, { list: 'atomic' }),
}) {}

class ValidatingAdmissionPolicyStatus extends message('ValidatingAdmissionPolicyStatus', {
  observedGeneration: field(1, int64),
  typeChecking: optional(2, TypeChecking),
  conditions: list(3, Condition, { keys: ['type'] }),
}) {}

export class ValidatingAdmissionPolicy extends object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ValidatingAdmissionPolicySpec),
  status: field(3, ValidatingAdmissionPolicyStatus),
}) {}

export class ValidatingAdmissionPolicyList extends object(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyList',
  {
    metadata: field(1, ListMeta),
    items: list(2, ValidatingAdmissionPolicy, { always: true }),
  },
) {}
