import { resource } from '#api/resource.ts'
import { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyList } from './message.ts'

export const validatingAdmissionPolicies = resource(
  'validatingadmissionpolicies',
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyList,
  { categories: ['api-extensions'], namespaced: false },
)
