import type { Node, Service } from '#api/core-v1.ts'
import type { EndpointSlice } from '#api/discovery-v1.ts'

/**
 * External address → names of the nodes that traffic to it may be sent to, ordered. An address with no node is not in
 * it.
 */
export type LoadBalancerTargets = ReadonlyMap<string, readonly string[]>

const EXCLUDED_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'

/**
 * Nodes that a load balancer sends to, as upstream's service controller has it: Ready, not on their way out, not
 * excluded by label. Ordered.
 */
export function eligibleNodes(nodes: readonly Node[]): readonly string[] {
  return nodes
    .filter(
      ({ metadata }) => metadata?.deletionTimestamp === undefined && metadata?.labels?.[EXCLUDED_LABEL] === undefined,
    )
    .filter(({ status }) => status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
    .map(({ metadata }) => metadata?.name ?? '')
    .sort()
}

/**
 * Where the load balancer sends what comes for one Service. Policy Cluster: every eligible node. Policy Local: those
 * that have a ready endpoint of the address's family; if no node has one, those with an endpoint that still serves
 * while it ends. An ingress of ipMode Proxy is not ours to route.
 */
export function loadBalancerTargets(
  service: Service,
  slices: readonly EndpointSlice[],
  eligible: readonly string[],
): LoadBalancerTargets {
  const { spec, status } = service
  const targets = new Map<string, readonly string[]>()
  if (spec === undefined || spec.type === 'ExternalName') return targets
  const ingress = spec.type === 'LoadBalancer' ? (status?.loadBalancer?.ingress ?? []) : []
  const addresses = [
    ...ingress.filter(({ ip, ipMode }) => ip && (ipMode ?? 'VIP') === 'VIP').map(({ ip }) => ip as string),
    ...(spec.externalIPs ?? []),
  ]
  for (const address of addresses) {
    const nodes =
      spec.externalTrafficPolicy === 'Local' ? localNodes(slices, address.includes(':') ? 'IPv6' : 'IPv4') : undefined
    const chosen = eligible.filter((node) => nodes?.has(node) ?? true)
    if (chosen.length > 0) targets.set(address, chosen)
  }
  return targets
}

/**
 * One address may serve several Services, on different ports, and a route does not know ports: it leads to the nodes
 * that all of them can use; if there is none, to those that any can.
 */
export function mergeTargets(perService: Iterable<LoadBalancerTargets>): LoadBalancerTargets {
  const claims = new Map<string, (readonly string[])[]>()
  for (const targets of perService) {
    for (const [address, nodes] of targets) claims.set(address, [...(claims.get(address) ?? []), nodes])
  }
  const merged = new Map<string, readonly string[]>()
  for (const [address, lists] of claims) {
    const all = [...new Set(lists.flat())].sort()
    const common = all.filter((node) => lists.every((list) => list.includes(node)))
    merged.set(address, common.length > 0 ? common : all)
  }
  return merged
}

function localNodes(slices: readonly EndpointSlice[], family: 'IPv4' | 'IPv6'): ReadonlySet<string> {
  const endpoints = slices.filter(({ addressType }) => addressType === family).flatMap((slice) => slice.endpoints ?? [])
  const on = (usable: (typeof endpoints)[number][]) => new Set(usable.flatMap(({ nodeName }) => nodeName ?? []))
  const ready = on(endpoints.filter(({ conditions }) => conditions?.ready ?? true))
  if (ready.size > 0) return ready
  return on(endpoints.filter(({ conditions }) => conditions?.serving === true && conditions.terminating === true))
}
