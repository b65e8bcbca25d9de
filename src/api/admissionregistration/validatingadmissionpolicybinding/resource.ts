import { resource } from '#api/resource.ts'
import { ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingList } from './message.ts'

export const validatingAdmissionPolicyBindings = resource(
  'validatingadmissionpolicybindings',
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingList,
  { categories: ['api-extensions'], namespaced: false },
)
