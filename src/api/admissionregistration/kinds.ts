import type { Kind } from '#api/catalogue/kind.ts'
import { mutatingAdmissionPolicy } from './mutatingadmissionpolicy/kind.ts'
import { mutatingAdmissionPolicyBinding } from './mutatingadmissionpolicybinding/kind.ts'
import { mutatingWebhookConfiguration } from './mutatingwebhookconfiguration/kind.ts'
import { validatingAdmissionPolicy } from './validatingadmissionpolicy/kind.ts'
import { validatingAdmissionPolicyBinding } from './validatingadmissionpolicybinding/kind.ts'
import { validatingWebhookConfiguration } from './validatingwebhookconfiguration/kind.ts'

/** What is served of the group `admissionregistration.k8s.io`, in discovery's order. */
export const admissionRegistrationKinds: readonly Kind[] = [
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
]
