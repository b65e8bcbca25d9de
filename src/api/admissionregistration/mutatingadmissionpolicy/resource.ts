import { resource } from '#api/resource.ts'
import { MutatingAdmissionPolicy, MutatingAdmissionPolicyList } from './message.ts'

export const mutatingAdmissionPolicies = resource(
  'mutatingadmissionpolicies',
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyList,
  { categories: ['api-extensions'], namespaced: false },
)
