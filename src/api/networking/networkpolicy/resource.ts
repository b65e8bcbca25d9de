import { resource } from '#api/resource.ts'
import { NetworkPolicy, NetworkPolicyList } from './message.ts'

export const networkPolicies = resource('networkpolicies', NetworkPolicy, NetworkPolicyList, { shortNames: ['netpol'] })
