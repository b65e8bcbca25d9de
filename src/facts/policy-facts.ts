import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import type { PolicyFacts } from '#explain/policies/policy-view.ts'

/** What a cluster's API tells of its policies. Rejects with an ApiError or a transport's error. */
export const gatherPolicyFacts = async (client: Client, dnsOnNodes: boolean): Promise<PolicyFacts> => {
  const [namespace, pod, node, policy, clusterPolicy] = await Promise.all([
    client.list(namespaces),
    client.list(pods),
    client.list(nodes),
    client.list(networkPolicies),
    client.list(clusterNetworkPolicies).catch((error: unknown) => {
      // A cluster may have no such kind.
      if (isNotFound(error)) return { items: [] }
      throw error
    }),
  ])
  return {
    namespaces: namespace.items,
    pods: pod.items,
    nodes: node.items,
    policies: policy.items,
    clusterPolicies: clusterPolicy.items,
    dnsOnNodes,
  }
}
