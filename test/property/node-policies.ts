import { NodePolicy, type PolicyChange } from '#policy/node-policy.ts'
import { policyNode, policyPod } from '#policy/policy-objects.ts'
import { readClusterNetworkPolicy } from '#policy/read-cluster-network-policy.ts'
import { readNetworkPolicy } from '#policy/read-network-policy.ts'
import { portsOf, union } from '#policy/traffic.ts'
import type { PolicyCluster } from '../contract/policies/model.ts'

const serves = ({ dns }: PolicyCluster) =>
  dns && {
    namespace: 'kube-system',
    labels: dns.labels,
    traffic: union(portsOf('UDP', dns.port, dns.port), portsOf('TCP', dns.port, dns.port)),
  }

/** Tells a node of all that there is in a cluster. */
export const told = (cluster: PolicyCluster, here: string, changed: (change: PolicyChange) => void): NodePolicy => {
  const node = new NodePolicy(here, changed)
  for (const { metadata } of cluster.namespaces) node.setNamespace(metadata?.name ?? '', metadata?.labels)
  for (const one of cluster.nodes) node.setNode(policyNode(one, serves(cluster)))
  for (const pod of cluster.pods) {
    const seen = policyPod(pod)
    if (seen !== undefined) node.setPod(seen)
  }
  for (const policy of cluster.policies) node.setPolicy(readNetworkPolicy(policy))
  for (const policy of cluster.clusterPolicies) node.setPolicy(readClusterNetworkPolicy(policy))
  return node
}
