import type { Protocol } from '#net/port-protocol.ts'
import { objectKey } from '#objects/object-key.ts'
import { NodePolicy, type PolicyChange } from '#policy/node-policy.ts'
import { policyNode, policyPod } from '#policy/policy-objects.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { policyKey } from '#policy/rule.ts'
import { portsOf, union } from '#policy/traffic.ts'
import type { PolicyCluster } from '../contract/policies/model.ts'

const serves = ({ dns }: PolicyCluster) =>
  dns && {
    namespace: 'kube-system',
    labels: dns.labels,
    traffic: union(portsOf('UDP', dns.port, dns.port), portsOf('TCP', dns.port, dns.port)),
    ports: dns.names.map(({ name, protocol, number }) => ({ name, protocol: protocol as Protocol, port: number })),
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

/** Tells a node of what has changed since. */
export const retold = (node: NodePolicy, before: PolicyCluster, after: PolicyCluster): void =>
  node.together(() => {
    for (const { metadata } of after.namespaces) node.setNamespace(metadata?.name ?? '', metadata?.labels)
    for (const one of after.nodes) node.setNode(policyNode(one, serves(after)))
    const pods = new Map(
      after.pods.flatMap((pod) => policyPod(pod) ?? []).map((pod) => [objectKey(pod.namespace, pod.name), pod]),
    )
    for (const { metadata } of before.pods) {
      const { namespace = '', name = '' } = metadata ?? {}
      if (!pods.has(objectKey(namespace, name))) node.removePod(namespace, name)
    }
    for (const pod of pods.values()) node.setPod(pod)
    const policies = [...after.policies.map(readNetworkPolicy), ...after.clusterPolicies.map(readClusterNetworkPolicy)]
    const stays = new Set(policies.map(policyKey))
    for (const one of [
      ...before.policies.map(readNetworkPolicy),
      ...before.clusterPolicies.map(readClusterNetworkPolicy),
    ])
      if (!stays.has(policyKey(one))) node.removePolicy(one)
    for (const policy of policies) node.setPolicy(policy)
  })
