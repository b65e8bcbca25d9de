import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { facts } from './cluster.ts'

export const policy = (name: string, spec: object, namespace = 'default'): NetworkPolicy =>
  ({ metadata: { name, namespace }, spec: { podSelector: {}, ...spec } }) as unknown as NetworkPolicy

export const clusterPolicy = (name: string, spec: object): ClusterNetworkPolicy =>
  ({
    metadata: { name },
    spec: { tier: 'Admin', priority: 10, subject: { namespaces: {} }, ...spec },
  }) as unknown as ClusterNetworkPolicy

/** The test cluster with policies, its DNS on its nodes, and names of namespaces as labels. */
export const withPolicies = (
  policies: readonly NetworkPolicy[],
  clusterPolicies: readonly ClusterNetworkPolicy[] = [],
  more: Partial<ClusterFacts> = {},
): ClusterFacts => {
  const base = facts(more)
  const namespaces = [...new Set([...base.namespaces, 'kube-system'])]
  return {
    ...base,
    namespaces,
    namespaceLabels: Object.fromEntries(namespaces.map((name) => [name, { 'kubernetes.io/metadata.name': name }])),
    network: { ...base.network, dnsOnNodes: true, egress: true },
    policies: { policies, clusterPolicies },
  }
}
