import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { HOME_NETWORK, namespacePath } from '#kernel/namespaces/namespace.ts'
import {
  fabricPlan,
  HOST_PORT,
  hostLinkPlan,
  nodePlan,
  nodePortLink,
  UNDERLAY_LINK,
  UPLINK,
} from '#podnetwork/machine-plan.ts'
import { MTU, type NetworkPlan, withoutIpv6 } from '#podnetwork/network-plan.ts'
import type { KeptNamespace } from '#reconciler/network/network-target.ts'
import { type ClusterConfig, nodesUp } from '../config.ts'
import { connectMachines, makeUnderlay } from './fabric.ts'
import { hostLinkHasIpv6 } from './host-link.ts'

/**
 * What the networks of all machines that are up were made as, by a node's name, `host` or `fabric`: links, addresses, routes,
 * settings, cables.
 */
export function keptMachines(config: ClusterConfig): ReadonlyMap<string, readonly KeptNamespace[]> {
  const ipv6 = hasIpv6()
  const planned = (plan: NetworkPlan, has = ipv6): NetworkPlan => (has ? plan : withoutIpv6(plan))
  const kept = new Map<string, readonly KeptNamespace[]>()
  for (const node of nodesUp(config)) {
    const plan = planned(nodePlan(config, node))
    // kube-proxy sets these once too: who changes them later means it.
    const sysctls = plan.sysctls.filter(([name]) => !name.startsWith('netfilter/'))
    const links = plan.links.map((link) => (link.name === UPLINK ? { ...link, mtu: MTU } : link))
    const path = namespacePath(node.namespace)
    kept.set(node.name, [{ path, plan: { ...plan, sysctls, links }, remake: () => connectMachines(config, [node]) }])
  }
  const host = planned(hostLinkPlan(config), hostLinkHasIpv6(config))
  kept.set('host', [{ path: HOME_NETWORK, plan: host, remake: () => connectMachines(config, ['host']) }])
  const fabric = planned(fabricPlan(config))
  const ports = [HOST_PORT, ...nodesUp(config).map(nodePortLink)].map((name) => ({
    name,
    addresses: [],
    mtu: MTU,
    master: UNDERLAY_LINK,
  }))
  kept.set('fabric', [
    {
      path: namespacePath(config.fabric.namespace),
      plan: { ...fabric, links: [...fabric.links, ...ports] },
      remake: () => makeUnderlay(config),
    },
  ])
  return kept
}
