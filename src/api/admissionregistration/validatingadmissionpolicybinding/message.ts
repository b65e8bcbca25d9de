import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, oneOf, optional, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { MatchResources } from '../match.ts'
import { ParamRef } from '../policy.ts'

const ValidationAction = oneOf('Deny', 'Warn', 'Audit')

class ValidatingAdmissionPolicyBindingSpec extends message('ValidatingAdmissionPolicyBindingSpec', {
  policyName: field(1, string, { required: true }),
  paramRef: optional(2, ParamRef),
  matchResources: optional(3, MatchResources),
  validationActions: list(4, ValidationAction, { required: true, list: 'set' }),
}) {}

export class ValidatingAdmissionPolicyBinding extends object(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyBinding',
  {
    metadata: field(1, ObjectMeta),
    spec: field(2, ValidatingAdmissionPolicyBindingSpec, { required: true }),
  },
) {}

export class ValidatingAdmissionPolicyBindingList extends object(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyBindingList',
  {
    metadata: field(1, ListMeta),
    items: list(2, ValidatingAdmissionPolicyBinding, { always: true }),
  },
) {}
