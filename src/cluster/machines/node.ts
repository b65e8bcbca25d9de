import { createNetworkNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { nodePlan } from '#podnetwork/machine-plan.ts'
import { QUIET_IPV6_SYSCTLS, withoutIpv6 } from '#podnetwork/network-plan.ts'
import { applyNetworkPlan } from '#reconciler/network/apply-network-plan.ts'
import { type ClusterConfig, leaves, type NodeConfig } from '../config.ts'

/** A node's namespace with its settings; links inherit them, so they come first: for our links those of quiet ones. */
export function createNode(config: ClusterConfig, node: NodeConfig, ipv6: boolean): void {
  const path = createNetworkNamespace(node.namespace)
  const plan = nodePlan(config, node)
  writeSysctls(path, ipv6 ? plan.sysctls : withoutIpv6(plan).sysctls)
  if (ipv6 && leaves(config, 'network')) writeSysctls(path, QUIET_IPV6_SYSCTLS)
}

/** The node's addresses and routes, once its uplink is there. */
export function routeNode(config: ClusterConfig, node: NodeConfig, ipv6: boolean): void {
  const path = namespacePath(node.namespace)
  using rtnetlink = Rtnetlink.open(path)
  const plan = nodePlan(config, node)
  applyNetworkPlan(rtnetlink, ipv6 ? plan : withoutIpv6(plan))
  // Links of others inherit what the plan says.
  if (ipv6 && leaves(config, 'network')) writeSysctls(path, plan.sysctls)
}
