import { resource } from '#api/resource.ts'
import { BackendTLSPolicy, BackendTLSPolicyList } from './message.ts'

export const backendTLSPolicies = resource('backendtlspolicies', BackendTLSPolicy, BackendTLSPolicyList, {
  shortNames: ['btlspolicy'],
  categories: ['gateway-api'],
})
