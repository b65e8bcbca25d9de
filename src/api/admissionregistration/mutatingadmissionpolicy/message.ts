import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { MatchCondition, MatchResources } from '../match.ts'
import { FailurePolicyType, ParamKind, ReinvocationPolicyType, Variable } from '../policy.ts'

const PatchType = oneOf('ApplyConfiguration', 'JSONPatch')

class ApplyConfiguration extends message('ApplyConfiguration', {
  expression: field(1, string),
}) {}

class JSONPatch extends message('JSONPatch', {
  expression: field(1, string),
}) {}

class Mutation extends message('Mutation', {
  patchType: required(2, PatchType),
  applyConfiguration: optional(3, ApplyConfiguration),
  jsonPatch: optional(4, JSONPatch),
}) {}

class MutatingAdmissionPolicySpec extends message('MutatingAdmissionPolicySpec', {
  paramKind: optional(1, ParamKind),
  matchConstraints: optional(2, MatchResources),
  variables: list(3, Variable, { list: 'atomic' }),
  mutations: list(4, Mutation, { list: 'atomic' }),
  failurePolicy: optional(5, FailurePolicyType),
  matchConditions: list(6, MatchCondition, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  reinvocationPolicy: field(7, ReinvocationPolicyType),
}) {}

export class MutatingAdmissionPolicy extends object('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicy', {
  metadata: field(1, ObjectMeta),
  spec: field(2, MutatingAdmissionPolicySpec),
}) {}

export class MutatingAdmissionPolicyList extends object(
  'admissionregistration.k8s.io/v1',
  'MutatingAdmissionPolicyList',
  {
    metadata: field(1, ListMeta),
    items: list(2, MutatingAdmissionPolicy, { always: true }),
  },
) {}
