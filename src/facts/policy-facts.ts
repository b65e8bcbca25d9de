import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import type { PolicyObjects } from '#explain/cluster/facts.ts'
import type { PolicyFacts } from '#explain/policies/policy-view.ts'

/** The policies of a cluster. Rejects with an ApiError or a transport's error. */
export const gatherPolicies = async (client: Client): Promise<PolicyObjects> => {
  const [policy, clusterPolicy] = await Promise.all([
    client.list(networkPolicies),
    client.list(clusterNetworkPolicies).catch((error: unknown) => {
      // A cluster may have no such kind.
      if (isNotFound(error)) return { items: [] }
      throw error
    }),
  ])
  return { policies: policy.items, clusterPolicies: clusterPolicy.items }
}

/** What a cluster's API tells of whom its policies mean, and of them. Rejects with an ApiError or a transport's error. */
export const gatherPolicyFacts = async (client: Client, dnsOnNodes: boolean): Promise<PolicyFacts> => {
  const [namespace, pod, node, policies] = await Promise.all([
    client.list(namespaces),
    client.list(pods),
    client.list(nodes),
    gatherPolicies(client),
  ])
  return { namespaces: namespace.items, pods: pod.items, nodes: node.items, ...policies, dnsOnNodes }
}
