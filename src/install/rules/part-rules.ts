import type { PolicyRule } from '#api/rbac/rule.ts'
import type { PartName } from '#incluster/settings/part-name.ts'
import { mergedRules } from './merged-rules.ts'

const FOLLOW = ['list', 'watch'] as const

const follow = (apiGroup: string, ...resources: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: FOLLOW,
})

/** Its own Node's addresses and ranges, and those of Services. */
const EVERY_NODE: readonly PolicyRule[] = [follow('', 'nodes'), follow('networking.k8s.io', 'servicecidrs')]

/** An Event of a node is made and counted up; of all nodes the one object is looked for first. */
const EVENTS: PolicyRule = { apiGroups: [''], resources: ['events'], verbs: ['create', 'get', 'patch'] }

const SERVICES = [follow('', 'services'), follow('discovery.k8s.io', 'endpointslices')] as const

/** Pools, and who announces them: of ours, and of MetalLB's where they are there. */
export const POOLS: readonly PolicyRule[] = [
  follow('fairlead.dev', 'bgppeers', 'loadbalancerpools'),
  follow(
    'metallb.io',
    'bfdprofiles',
    'bgpadvertisements',
    'bgppeers',
    'communities',
    'ipaddresspools',
    'l2advertisements',
  ),
]

/** What the agent of a node asks of the API for each part: nothing is written but Events. */
const OF_NODE: Readonly<Record<PartName, readonly PolicyRule[]>> = {
  // Pods: for their host ports.
  proxy: [...SERVICES, follow('', 'pods'), EVENTS],
  // Which addresses of its pods are taken.
  network: [follow('', 'pods')],
  policy: [
    follow('', 'namespaces', 'pods'),
    follow('networking.k8s.io', 'networkpolicies'),
    follow('policy.networking.k8s.io', 'clusternetworkpolicies'),
  ],
  dns: [...SERVICES, follow('', 'namespaces', 'pods')],
  balancer: [...SERVICES, ...POOLS, EVENTS],
  gateway: [],
}

/** What the ServiceAccount of the agents may do, for these parts. */
export const nodeRules = (parts: readonly PartName[]): readonly PolicyRule[] =>
  mergedRules([...EVERY_NODE, ...parts.flatMap((part) => OF_NODE[part])])

/**
 * And in the namespace of the installation: who announces an address is a Lease, and a BGP peer may name the Secret that holds
 * its password. Which, is not known beforehand; to list or watch them is nobody's business.
 */
export const nodeOwnRules = (parts: readonly PartName[]): readonly PolicyRule[] =>
  parts.includes('balancer')
    ? [
        {
          apiGroups: ['coordination.k8s.io'],
          resources: ['leases'],
          verbs: ['create', 'delete', 'get', 'list', 'update', 'watch'],
        },
        { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
      ]
    : []

/** And in kube-system: how CoreDNS is configured, which is what the node's DNS answers by. */
export const nodeSystemRules = (parts: readonly PartName[]): readonly PolicyRule[] =>
  parts.includes('dns')
    ? [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['coredns'], verbs: ['get'] }]
    : []
