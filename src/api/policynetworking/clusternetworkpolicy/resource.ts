import { resource } from '#api/resource.ts'
import { ClusterNetworkPolicy, ClusterNetworkPolicyList } from './message.ts'

export const clusterNetworkPolicies = resource(
  'clusternetworkpolicies',
  ClusterNetworkPolicy,
  ClusterNetworkPolicyList,
  { namespaced: false, shortNames: ['cnp'] },
)
