import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { MatchResources } from '../match.ts'
import { ParamRef } from '../policy.ts'

class MutatingAdmissionPolicyBindingSpec extends message('MutatingAdmissionPolicyBindingSpec', {
  policyName: field(1, string),
  paramRef: optional(2, ParamRef),
  matchResources: optional(3, MatchResources),
}) {}

export class MutatingAdmissionPolicyBinding extends object(
  'admissionregistration.k8s.io/v1',
  'MutatingAdmissionPolicyBinding',
  {
    metadata: field(1, ObjectMeta),
    spec: field(2, MutatingAdmissionPolicyBindingSpec),
  },
) {}

export class MutatingAdmissionPolicyBindingList extends object(
  'admissionregistration.k8s.io/v1',
  'MutatingAdmissionPolicyBindingList',
  {
    metadata: field(1, ListMeta),
    items: list(2, MutatingAdmissionPolicyBinding, { always: true }),
  },
) {}
