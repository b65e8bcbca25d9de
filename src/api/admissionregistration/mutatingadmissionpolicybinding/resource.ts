import { resource } from '#api/resource.ts'
import { MutatingAdmissionPolicyBinding, MutatingAdmissionPolicyBindingList } from './message.ts'

export const mutatingAdmissionPolicyBindings = resource(
  'mutatingadmissionpolicybindings',
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingList,
  { categories: ['api-extensions'], namespaced: false },
)
