import { mendNetwork, type NetworkFaults } from '#agent/network-audit.ts'
import { hasIpv6 } from '#kernel/ipv6.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
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
import type { ClusterConfig } from '../config.ts'
import { connectMachines, makeUnderlay } from './fabric.ts'
import { hostLinkHasIpv6 } from './host-link.ts'

/** What was wrong with the network of one machine: a node's name, `fabric` or `host`. */
export interface MachineFaults extends NetworkFaults {
  readonly machine: string
}

/**
 * Holds the networks of all machines against what they were made as, and puts right what somebody changed: links,
 * addresses, routes, settings, cables that were pulled.
 */
export const auditMachines = (config: ClusterConfig): readonly MachineFaults[] => {
  const ipv6 = hasIpv6()
  const planned = (plan: NetworkPlan, has = ipv6): NetworkPlan => (has ? plan : withoutIpv6(plan))
  const audit = (machine: string, path: string, plan: NetworkPlan, remake?: () => void): readonly MachineFaults[] => {
    try {
      using rtnetlink = Rtnetlink.open(path)
      const faults = mendNetwork(rtnetlink, path, plan, remake)
      return faults === undefined ? [] : [{ machine, ...faults }]
    } catch (error) {
      return [{ machine, found: ['its network namespace is gone'], error }]
    }
  }
  const nodes = config.nodes.flatMap((node, index) => {
    const plan = planned(nodePlan(config, node))
    // kube-proxy sets these once too: who changes them later means it.
    const sysctls = plan.sysctls.filter(([name]) => !name.startsWith('netfilter/'))
    const links = plan.links.map((link) => (link.name === UPLINK ? { ...link, mtu: MTU } : link))
    const path = namespacePath(node.namespace)
    return audit(node.name, path, { ...plan, sysctls, links }, () => connectMachines(config, [index]))
  })
  const host = audit('host', '/proc/thread-self/ns/net', planned(hostLinkPlan(config), hostLinkHasIpv6(config)), () =>
    connectMachines(config, ['host']),
  )
  const fabric = planned(fabricPlan(config))
  const ports = [HOST_PORT, ...config.nodes.map(({ name }, index) => nodePortLink(name, index + 1))].map((name) => ({
    name,
    addresses: [],
    mtu: MTU,
    master: UNDERLAY_LINK,
  }))
  const cabled = { ...fabric, links: [...fabric.links, ...ports] }
  return [
    ...nodes,
    ...host,
    ...audit('fabric', namespacePath(config.fabric.namespace), cabled, () => makeUnderlay(config)),
  ]
}
